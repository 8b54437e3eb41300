"""Who was dropped, has not come since, and has a score, in the order of chance times worth."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.config.settings import Settings
from features.errors import StamkundError
from features.moments import micros
from features.scores.table import writing
from insights.journeys.tables.journeys import write_journeys
from insights.loss.tables import write_losses
from insights.people import Audience
from insights.tables import Tables
from insights.winnable.questions import people, told
from insights.winnable.tables import write_winnable
from tests.insights.shop import event, shop

AS_OF = micros(datetime.fromisoformat("2024-03-01"))
BATCH = micros(datetime.fromisoformat("2024-02-28"))
TARGETS = {
    "answer": {"type": "redemption"},
    "buys": {"type": "event", "event": "order"},
    "spend": {"type": "spend"},
}
# Of nine who looked on the first of January, ann ordered in time and bo a month later; gus did again, and did then not.
VIEWERS = ("ann", "bo", "cy", "di", "ed", "flo", "gus", "hal", "ida")


def events() -> list[dict[str, object]]:
    return [
        *(event(name, "2024-01-01", "view") for name in VIEWERS),
        event("ann", "2024-01-02", value=5000),
        event("bo", "2024-02-02", value=5000),
        event("gus", "2024-02-01", "view"),
    ]


def scored(settings: Settings, **models: dict[str, float]) -> None:
    with writing(settings.scores, dict.fromkeys(models, 1), as_of=BATCH) as write:
        for model, values in models.items():
            rows = {"customer_id": list(values), "value": list(values.values())}
            write(model, pl.DataFrame(rows).with_columns(campaign_id=pl.lit(None, pl.String)))


def tables_of(settings: Settings) -> Tables:
    tables, audience = Tables(settings.insights), Audience.at(settings, as_of=AS_OF)
    with tables.writing(as_of=AS_OF, build="b") as draft:
        for write in (write_journeys, write_losses, write_winnable):
            write(audience, draft)
    return tables


def row_of(tables: Tables) -> dict[str, Any]:
    (row,) = told(tables, "purchase")
    return row


def test_those_who_came_back_or_have_no_score_are_counted_apart(tmp_path: Path) -> None:
    settings = shop(tmp_path, events(), targets=TARGETS)
    chances = {"ann": 0.9, "bo": 0.9, "cy": 0.1, "di": 0.3, "ed": 0.5, "flo": 0.5, "gus": 0.25}
    scored(settings, answer=chances, spend={"cy": 900.0, "di": 10.0, "ed": 40.0, "flo": 80.0, "gus": 80.0})
    tables = tables_of(settings)
    row = row_of(tables)
    # Eight were dropped; bo is back, hal and ida have no score. 900 × .1 + 10 × .3 + 40 × .5 + 80 × .5 + 80 × .25
    assert [row[name] for name in ("dropped", "back", "unscored", "customers")] == [8, 1, 2, 5]
    assert (row["model"], row["sense"], row["worth_model"]) == ("answer", "answers", "spend")
    assert (row["worth"], row["expected"]) == (pytest.approx(1110), pytest.approx(90 + 3 + 20 + 40 + 20))
    found = people(tables, "purchase", "view", offset=0, limit=9, erased=["flo"])
    assert (found.count, [each["customer_id"] for each in found.customers]) == (4, ["cy", "ed", "gus", "di"])
    assert {each["last"] for each in found.customers} == {micros(datetime.fromisoformat("2024-01-01"))}


def test_without_a_model_of_answers_the_step_itself_is_asked_for_and_worth_what_others_brought(tmp_path: Path) -> None:
    settings = shop(tmp_path, events(), targets=TARGETS | {"away": {"type": "lapse"}})
    names = ("cy", "di", "ed", "flo", "gus")
    scored(settings, buys=dict.fromkeys(names, 0.5), away=dict.fromkeys(names, 0.9), spend=dict.fromkeys(names, 7.0))
    row = row_of(tables_of(settings))
    assert (row["model"], row["sense"], row["worth_model"]) == ("buys", "comes", None)
    assert row["worth"] is None  # whether ann's 50.00 is what others would bring is not known: its time is not over


def test_staying_away_is_the_other_way_round_and_four_are_not_told(tmp_path: Path) -> None:
    settings = shop(tmp_path, events(), targets={"away": {"type": "lapse"}})
    scored(settings, away=dict.fromkeys(("cy", "di", "ed", "flo"), 0.75))
    tables = tables_of(settings)
    row = row_of(tables)
    assert (row["sense"], row["dropped"], row["suppressed"]) == ("stays_away", 8, True)
    assert (row["customers"], row["expected"]) == (None, None)
    assert people(tables, "purchase", "view", offset=0, limit=9).count == 0


def test_only_the_newest_batch_counts_and_names_are_checked(tmp_path: Path) -> None:
    settings = shop(tmp_path, events(), targets={"away": {"type": "lapse"}})
    with pytest.raises(StamkundError) as unscored:
        people(tables_of(settings), "purchase", "view", offset=0, limit=9)
    assert unscored.value.code == "nobody_scored"
    with writing(settings.scores, {"away": 1}, as_of=BATCH - 1) as write:
        write("away", pl.DataFrame({"customer_id": ["hal"], "value": [0.0], "campaign_id": [None]}))
    scored(settings, away=dict.fromkeys(("cy", "di", "ed", "flo", "gus"), 0.75))
    tables = tables_of(settings)
    assert {each["chance"] for each in people(tables, "purchase", "view", offset=0, limit=9).customers} == {0.25}
    assert row_of(tables)["unscored"] == 2
    with pytest.raises(StamkundError, match="did you mean 'view'"):
        people(tables, "purchase", "vew", offset=0, limit=9)
