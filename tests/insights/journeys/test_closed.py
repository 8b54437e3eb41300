"""A month of a journey whose last entries are over is told by what was known then: nothing later moves it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from features.lake import Lake
from features.moments import micros
from insights.dimensions import dimension
from insights.journeys.tables import steps
from insights.journeys.tables.journeys import write_journeys
from insights.people import Audience
from insights.tables import Tables
from tests.insights.metrics.test_closed import CONSENT, LATER, NOW, OPENING, History, histories
from tests.insights.shop import shop

WITHIN = 14  # days
JOURNEYS = {
    by: {"steps": ["view", "order"], "within": f"{WITHIN}d", "by": by, "unless": "refund"}
    for by in ("first", "furthest", "every")
}


def months(home: Path, history: History, as_of: date, **more: Any) -> list[dict[str, Any]]:
    """The rows of the months whose entries were over at :data:`NOW`."""
    found = shop(home, [*OPENING, *history.events], journeys=JOURNEYS, **more)
    rows = [{"fragment": one, "customer_id": other, "from": start, "to": 2**62} for one, other, start in history.links]
    persons = pl.DataFrame(rows).with_columns(nobody_from=pl.lit(None, pl.Int64)) if rows else None
    Lake(found.lake).write_people({} if persons is None else {"persons": persons})
    tables = Tables(found.insights)
    with tables.writing(as_of=micros(as_of), build="b") as draft:
        write_journeys(Audience.at(found, as_of=micros(as_of)), draft)
    over = (NOW - timedelta(days=WITHIN)).strftime("%Y-%m")
    told = tables.read("journey_months").drop_columns(["as_of", "build"]).to_pylist()
    return [row for row in told if row["period"] < over and row["journey"] in JOURNEYS]


def keyed(rows: Iterable[dict[str, Any]]) -> dict[tuple[object, ...], dict[str, Any]]:
    return {tuple(row[name] for name in ("journey", "dimension", "period", "place", "group")): row for row in rows}


@pytest.mark.slow
@settings(max_examples=10, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(histories(0, 90), histories(93, 150), st.sampled_from([{}, {"consent": CONSENT}]))
def test_nothing_that_comes_later_moves_a_month_of_a_journey_that_is_over(
    tmp_path_factory: pytest.TempPathFactory, past: History, later: History, more: dict[str, Any]
) -> None:
    joined = {link[0] for link in past.links}
    links = [*past.links, *(link for link in later.links if link[0] not in joined)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dimension, "MOST", 1)
        patch.setattr(steps, "LEAST", 1)
        before = months(tmp_path_factory.mktemp("first"), past, NOW, **more)
        both = History([*past.events, *later.events], links)
        now = months(tmp_path_factory.mktemp("second"), both, LATER, **more)
    dimensions = {row["dimension"] for row in before}  # another may be new: nobody was known to be referred
    assert keyed(row for row in now if row["dimension"] in dimensions) == keyed(before)
