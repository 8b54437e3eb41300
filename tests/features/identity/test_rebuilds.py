"""Builds one after the other, with what people say in between, leave what one build of all leaves."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import polars as pl
from hypothesis import assume, given
from hypothesis import strategies as st

from features import FeatureSet, Lake, profiles_at
from features.identity.rulings import Ruling
from features.profiles.records import records
from features.units import DAY
from tests.features.identity.naive import people_at
from tests.features.identity.test_laws import Event, histories
from tests.features.identity.test_people import FEATURES as EVERY
from tests.features.identity.test_people import (
    IDENTITY,
    event,
    in_days,
    lake_of,
    profiles_by_checkpoint,
)

NOW, ALONE = 1_500 * DAY, [event(1, "w"), event(1_400, "u")]
FEW = {
    "visits_28d",
    "visits_all",
    "orders_all",
    "spend_all",
    "days_since_last_visit",
    "order_gap_mean_all",
    "order_days_all",
    "last_line_value",
}
FEATURES = FeatureSet(tuple(feature for feature in EVERY.features if feature.name in FEW), fitted_at=0)
NODES = ["u", "v", "email:e@x.se", "email:f@x.se", "phone:70001"]


@st.composite
def rulings(draw: st.DrawFn) -> list[Ruling]:
    """What people say, one word after the other."""
    pairs = st.lists(st.sampled_from(NODES), min_size=2, max_size=2, unique=True)
    count = draw(st.integers(0, 4))
    return [Ruling((20 + n) * DAY, draw(st.sampled_from(["merge", "split"])), tuple(draw(pairs))) for n in range(count)]


def persons_and_records(lake: Lake) -> dict[str, object]:
    """All that a lake knows of who is who, and each customer's record."""
    people = {table: lake.scan(table).collect().rows() for table in ("links", "merges", "persons")}
    return people | {customer: record.pack() for customer, record in records(lake, as_of=NOW)}


def profiles_of(folder: Path) -> pl.DataFrame:
    """The profiles as a build writes them, from the checkpoint that the last one left."""
    return profiles_by_checkpoint(Lake(folder / "lake"), folder, NOW, FEATURES)


@given(events=histories(), words=rulings(), cut=st.integers(2, 16))
def test_builds_one_after_the_other_leave_what_one_of_all_leaves(
    events: list[Event], words: list[Ruling], cut: int
) -> None:
    whole = [*ALONE, *in_days(events)]
    told: list[tuple[Sequence[Event], Sequence[Ruling]]] = [(whole[:cut], []), (whole, []), (whole, words)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for known, said in told:
            lake = lake_of(folder / "lake", known, rulings=said)
            assert profiles_of(folder).equals(profiles_at(lake, FEATURES, as_of=NOW), null_equal=True)
        anew = lake_of(folder / "anew", whole, rulings=words)
        assert persons_and_records(lake) == persons_and_records(anew)


@given(events=histories(), pair=st.sampled_from([("u", "v"), ("v", "email:e@x.se"), ("email:e@x.se", "email:f@x.se")]))
def test_whoever_is_merged_and_split_again_is_who_they_were(events: list[Event], pair: tuple[str, str]) -> None:
    whole = [*ALONE, *in_days(events)]
    people = people_at(whole, IDENTITY, NOW)
    assume(people.of.get(pair[0], 0) != people.of.get(pair[1], 1))  # else the split takes the events' word back, too
    merge, split = Ruling(20 * DAY, "merge", pair), Ruling(21 * DAY, "split", pair)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        before, expected = persons_and_records(lake_of(folder / "lake", whole)), profiles_of(folder)
        lake_of(folder / "lake", whole, rulings=[merge])
        profiles_of(folder)
        assert persons_and_records(lake_of(folder / "lake", whole, rulings=[merge, split])) == before
        assert profiles_of(folder).equals(expected, null_equal=True)
