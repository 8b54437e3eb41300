from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from features.errors import StamkundError
from features.moments import micros
from insights.people import Audience
from insights.tables import Tables
from insights.ways.questions import Way, people_of, told
from insights.ways.tables import write_paths
from tests.insights.shop import event, shop

# Six view, then order; four view and do no more: too few to be told.
EVENTS = [
    *(event(each, "2024-01-01", "view") for each in "abcdefghij"),
    *(event(each, "2024-01-02", value=1000) for each in "abcdef"),
]


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    settings = shop(tmp_path, EVENTS)
    tables = Tables(settings.insights)
    with tables.writing(as_of=micros(date(2024, 3, 1)), build="b") as draft:
        write_paths(Audience.at(settings, as_of=micros(date(2024, 3, 1))), draft)
    return tables


def test_ways_are_told_from_where_a_journey_begins_and_to_where_it_ends_with_their_people(tables: Tables) -> None:
    answer = told(tables, None)
    ways = {(row["touchpoint"], row["direction"]): row for row in answer.paths}
    assert set(ways) == {("view", "from"), ("order", "from"), ("order", "to")}
    after = ways["view", "from"]
    assert (after["steps"], after["customers"], after["of"], after["share"]) == (["view", "order"], 6, 10, 0.6)
    assert (round(after["low"], 4), round(after["high"], 4)) == (0.3127, 0.8318)  # Wilson's interval of 6 of 10
    assert ways["order", "to"]["steps"] == ["order", "view"]
    assert people_of(tables, Way("view", "from", 1)) == [*"abcdef"]


def test_each_distance_has_how_many_were_where_but_not_of_few(tables: Tables) -> None:
    steps = [row for row in told(tables, "view").steps if row["distance"] <= 2]
    # At distance 1 six ordered; the four whose way had ended are not told. At 2 the ways of all ten had.
    assert [(row["distance"], row["kind"], row["customers"]) for row in steps] == [
        (0, "view", 10), (1, "order", 6), (2, None, 10),
    ]  # fmt: skip


def test_a_way_that_is_not_told_is_refused(tables: Tables) -> None:
    for way, field in (
        (Way("views", "from", 1), "touchpoint"),
        (Way("view", "to", 1), "direction"),
        (Way("view", "from", 2), "place"),  # the way of four
    ):
        with pytest.raises(StamkundError) as refused:
            people_of(tables, way)
        assert refused.value.field == field
