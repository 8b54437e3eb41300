"""Dimensions of one's own: rules and values of customers when the period ends, and values of their events."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.config.settings import Settings
from features.errors import StamkundError
from features.moments import micros
from features.scores.table import writing
from insights.metrics.questions import Figure, Question, people_behind, told
from insights.metrics.tables.metrics import write_metrics
from insights.people import Audience
from insights.tables import Tables
from tests.insights.dimensions.test_standing import APRIL, EVENTS, built
from tests.insights.shop import event

SHOP = {"name": "Shop", "home": "/x", "sources": {}, "targets": {"lapse": {"type": "lapse"}}}
CUSTOMERS = [{"customer_id": who, "city": "Lund" if who in "ab" else "Kiruna"} for who in "abcde"]
DIMENSIONS: dict[str, object] = {
    "standing": {"groups": {"best": {"stage": "loyal"}, "fine": 'features.stage == "active"'}, "other": "rest"},
    "region": {"of": "traits.city", "groups": {"south": ["Lund", "Ystad"]}, "other": "elsewhere"},
    "risk": {"of": "scores.lapse", "bands": [0.3, 0.6]},
    "reach": {"of": "channel", "groups": {"paid": ["ads", "social"], "owned": "mail"}},
    "size": {"of": "value", "bands": [5, 20]},
}
# Beside what all buy each week on no channel: in January five buy for 5 by ads, 19.99 by mail and 20 by a stand.
MORE = [
    event(who, f"2024-01-20 {10 + place}:00", value=value, channel=channel)
    for place, (value, channel) in enumerate([(500, "ads"), (1999, "mail"), (2000, "stand")])
    for who in "abcde"
]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    home = tmp_path_factory.mktemp("declared")
    settings = built(
        home, events=[*EVENTS, *MORE], customers=CUSTOMERS, dimensions=DIMENSIONS, targets={"lapse": {"type": "lapse"}}
    )
    with writing(settings.scores, {"lapse": 1}, as_of=micros(date(2024, 1, 31))) as write:
        rows = pl.DataFrame({"customer_id": list("abcde"), "value": [0.3, 0.3, 0.59, 0.59, 0.6]})
        write("lapse", rows.with_columns(campaign_id=pl.lit(None, pl.String)))
    return written(settings)


def written(settings: Settings) -> Tables:
    found = Tables(settings.insights)
    with found.writing(as_of=APRIL, build="b") as draft:
        write_metrics(Audience.at(settings, as_of=APRIL), draft)
    return found


def january(tables: Tables, by: str, metric: str, name: str = "value") -> dict[str | None, Any]:
    cells = told(tables, Question((metric,), by)).cells
    return {cell["group"]: cell[name] for cell in cells if cell["period"] == "2024-01"}


def test_customers_are_in_the_first_group_whose_rule_holds_when_the_period_ends(tables: Tables) -> None:
    assert january(tables, "standing", "buyers", "suppressed") == {"best": False, "rest": True}
    assert people_behind(tables, Figure("buyers", "2024-01", "standing", "best")) == [*"abcde"]
    assert january(tables, "region", "buyers", "suppressed") == {None: True, "south": True, "elsewhere": True}
    assert january(tables, "risk", "buyers", "suppressed") == {None: True, "0.3 – 0.6": True, "≥ 0.6": True}


def test_values_of_events_are_told_in_groups_and_bands_of_ones_own(tables: Tables) -> None:
    assert january(tables, "reach", "orders") == {None: 26, "paid": 5, "owned": 5, "other": 5}
    # 26 weekly orders for 10 and five for 5 and 19.99 lie below 20; a band holds its lower bound.
    assert january(tables, "size", "orders") == {"5 – 20": 36, "≥ 20": 5}
    assert {"reach", "size"} <= {*told(tables, Question()).overlapping}


@pytest.mark.parametrize(
    ("dimension", "what"),
    [
        ({"of": "channel"}, "either `bands`"),
        ({"of": "channel", "bands": [1]}, "is a text"),
        ({"of": "value", "groups": {"a": [1]}}, "is a number"),
        ({"bands": [1]}, "say `of` which"),
        ({"of": "scores.lapse", "bands": [3, 1]}, "ascend"),
        ({"of": "channel", "groups": {"a": ["x"], "b": ["x"]}}, "in two groups"),
        ({"groups": {"a": "scores.laps > 1"}}, "did you mean 'scores.lapse'"),
        ({"groups": {"a": "scores.lapse"}}, "A rule is true or false"),
        ({"of": "scores.lapse", "groups": {"a": "high"}}, "compared|list|number"),
    ],
)
def test_a_dimension_that_cannot_be_told_is_refused(dimension: Any, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        Settings.model_validate(SHOP | {"dimensions": {"d": dimension}})


@pytest.mark.parametrize("name", ["stage", "channel", "segment_x"])
def test_the_name_of_another_dimension_is_taken(name: str) -> None:
    with pytest.raises(ValueError, match="Give yours another name"):
        Settings.model_validate(SHOP | {"dimensions": {name: DIMENSIONS["size"]}})


def test_an_unknown_feature_is_refused_by_the_refresh_with_the_nearest(tmp_path: Path) -> None:
    settings = built(tmp_path, dimensions={"mine": {"of": "features.stag", "groups": {"a": "loyal"}}})
    with pytest.raises(StamkundError, match=r"did you mean 'features.stage'") as refused:
        written(settings)
    assert refused.value.field == "dimensions.mine"
