"""Events that became known later than they happened: at no moment before that is anything seen of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features import Lake, profile_frame, profiles_at, write_profiles
from features.errors import StamkundError
from features.evaluate.offline.checkpoint_writer import checkpoint_for
from features.evaluate.online.knowledge import known_by
from features.evaluate.online.record import NONE, Record
from features.evaluate.online.record_append import append
from features.identity.people import customer_events_at
from features.profiles.records import records
from features.units import DAY
from tests.features.histories import every_feature, histories, history, known, own, snapshots, traits
from tests.features.one_customer import NOW, SHOP, Row, attributes, event, frame, profile_of

EVERY = every_feature()
MOMENTS = [NOW - 28 * DAY, NOW]
# Of one basket, the line that is first in time became known three days after the other one.
BASKET = [
    event(9, id="a", order_id="o", value=500) | {"known_at": NOW - 6 * DAY},
    event(9, id="b", order_id="o", value=200),
    event(20, id="z", value=100),
]


def spoken(rows: Sequence[Row], *as_of: int) -> pl.DataFrame:
    """Everyone's profile at each moment."""
    return profile_frame(frame(list(rows)), EVERY, as_of=as_of, attributes=traits())


def same(one: pl.DataFrame, other: pl.DataFrame) -> bool:
    """Whether two frames of profiles are equal bit for bit."""
    return one.columns == other.columns and one.to_numpy().tolist().__repr__() == other.to_numpy().tolist().__repr__()


@given(histories())
def test_a_profile_is_that_of_the_events_that_were_known(rows: list[Row]) -> None:
    """The oracle leaves the others out before anything is evaluated, so that their lines are not numbered either."""
    together = spoken(rows, *MOMENTS)
    for moment in MOMENTS:
        there = [row | {"known_at": None} for row in known(rows, moment)]
        oracle = spoken(there, moment) if there else together.clear()
        assert same(together.filter(pl.col("as_of") == moment), oracle)


@given(histories(), st.sampled_from(MOMENTS))
def test_a_record_is_that_of_the_events_that_were_known(rows: list[Row], moment: int) -> None:
    for customer in {str(row["customer_id"]) for row in rows}:
        mine = own(rows, customer)
        there = Record.of([row | {"known_at": None} for row in known(mine, moment)])
        for record in (Record.of(mine), append(Record.of(()), mine)):
            told, oracle = (EVERY.online.vector(each, as_of=moment) for each in (record, there))
            assert told.tobytes() == oracle.tobytes()


@pytest.mark.parametrize(
    ("as_of", "orders", "spend"), [(NOW - 6 * DAY - 1, 2, 3.0), (NOW - 6 * DAY, 2, 8.0), (NOW - 10 * DAY, 1, 1.0)]
)
def test_a_line_counts_from_the_moment_that_it_is_known(as_of: int, orders: int, spend: float) -> None:
    """The order is one, whichever of its lines are known."""
    profile = profile_of(BASKET, as_of=as_of)
    assert (profile["orders_all"], profile["spend_all"]) == (orders, spend)
    if orders == 2:
        assert profile["order_gap_mean_all"] == 11


@pytest.mark.parametrize("known_at", [None, 0, NOW - 9 * DAY, NOW - 12 * DAY])
def test_an_event_known_before_its_time_counts_from_its_time(known_at: int | None) -> None:
    late = event(9, value=500) | {"known_at": known_at}
    for as_of, orders in ((NOW - 9 * DAY - 1, 1), (NOW - 9 * DAY, 2)):
        assert profile_of([event(20), late], as_of=as_of)["orders_all"] == orders


def test_a_customer_exists_from_the_first_event_that_is_known() -> None:
    rows = [event(20) | {"known_at": NOW - 5 * DAY}, event(20, customer="c2")]
    found = profile_frame(frame(rows), SHOP, as_of=[NOW - 5 * DAY - 1, NOW - 5 * DAY]).select("customer_id", "as_of")
    assert found.rows() == [("c2", NOW - 5 * DAY - 1), ("c1", NOW - 5 * DAY), ("c2", NOW - 5 * DAY)]


def test_a_frame_may_do_without_the_column_and_with_it_must_say_of_which_order_a_line_is() -> None:
    plain = frame(BASKET).drop("known_at")
    assert profile_frame(plain, SHOP, as_of=NOW - 7 * DAY)["spend_all"].to_list() == [8.0]
    with pytest.raises(StamkundError, match="order_id") as refused:
        profile_frame(frame(BASKET).drop("order_id"), SHOP, as_of=NOW)
    assert refused.value.code == "missing_columns"


def test_traits_hold_from_the_moment_that_they_are_known() -> None:
    told = {"properties": json.dumps({"plan": "gold"}), "known_at": NOW - 3 * DAY}
    rows = [event(9, "identify", id="a") | told, event(9, id="b")]
    for record in (Record.of(rows), append(Record.of(()), rows), Record.unpack(Record.of(rows).pack())):
        assert [record.traits_at(NOW - days * DAY) for days in (4, 3)] == [{}, {"plan": "gold"}]
        assert [len(known_by(record, NOW - days * DAY).traits) for days in (4, 3)] == [0, 1]


def test_profiles_written_and_records_of_a_lake_say_the_same(tmp_path: Path) -> None:
    lake, as_of = Lake(tmp_path / "lake"), NOW - 7 * DAY
    lake.write({"events": frame(history(5)).collect(), "customers": traits(), "snapshots": snapshots()})
    whole, mine = profiles_at(lake, EVERY, as_of=as_of), dict(records(lake, as_of=as_of))
    write_profiles(lake, EVERY, tmp_path / "profiles.parquet", as_of=as_of)
    written = pl.read_parquet(tmp_path / "profiles.parquet")
    assert same(written.filter(pl.col("customer_id").is_in(whole["customer_id"].implode())), whole)
    assert {*written["customer_id"]} - {*whole["customer_id"]} == {
        "nobody",
        "ann's twin",
        "Åsa's twin",
    }  # without an event
    for row in whole.iter_rows():
        assert EVERY.online.vector(mine[row[0]], as_of=as_of).tobytes() == np.array(row[2:]).tobytes()


def test_old_months_of_which_something_is_not_known_are_read_again(tmp_path: Path) -> None:
    lake, path = Lake(tmp_path / "lake"), tmp_path / "checkpoint"
    rows = [event(900, id="old"), event(890, id="late") | {"known_at": NOW - DAY}, event(3, id="new")]
    lake.write({"events": frame(rows).collect(), "customers": attributes(c1="old")})
    assert (
        checkpoint_for(lake, customer_events_at(lake, as_of=NOW - DAY - 1), SHOP.plan, path, as_of=NOW - DAY - 1)
        is None
    )
    made = checkpoint_for(lake, customer_events_at(lake, as_of=NOW - DAY), SHOP.plan, path, as_of=NOW - DAY)
    assert made is not None
    assert (
        checkpoint_for(lake, customer_events_at(lake, as_of=NOW - DAY - 1), SHOP.plan, path, as_of=NOW - DAY - 1)
        is None
    )
    for as_of, orders in ((NOW - DAY - 1, 2.0), (NOW - DAY, 3.0)):
        checkpoint = checkpoint_for(lake, customer_events_at(lake, as_of=as_of), SHOP.plan, path, as_of=as_of)
        write_profiles(lake, SHOP, tmp_path / "profiles.parquet", as_of=as_of, checkpoint=checkpoint)
        assert pl.read_parquet(tmp_path / "profiles.parquet")["orders_all"].to_list() == [orders]


def answered(days_ago: float, kind: str = "redeem") -> list[Row]:
    """A contact two days ago, and an answer."""
    return [event(2, "contact", id="q"), event(days_ago, kind, id="a"), event(40, id="old")]


@pytest.mark.parametrize(
    ("as_of", "answers"), [(NOW - 2 * DAY - 1, 0), (NOW - 2 * DAY, 0), (NOW - 2 * DAY + 1, 1), (NOW, 1)]
)
def test_an_answer_at_the_moment_of_the_question_comes_after_it(as_of: int, answers: int) -> None:
    profile = profile_of(answered(2), as_of=as_of)
    assert (profile["redemptions_all"], profile["contacts_all"]) == (answers, int(as_of >= NOW - 2 * DAY))
    if answers:
        assert profile["days_since_last_redeem"] == (as_of - NOW + 2 * DAY) / DAY  # its time is what it was


def test_an_answer_without_a_question_at_its_moment_counts_from_its_time() -> None:
    late = [row | {"known_at": NOW - DAY} if row["kind"] == "contact" else row for row in answered(2)]
    for rows in (answered(3), late, answered(2)[1:], [answered(2)[0] | {"customer_id": "c2"}, *answered(2)[1:]]):
        at = next(int(str(row["time"])) for row in rows if row["kind"] == "redeem")
        assert profile_of(rows, as_of=at)["redemptions_all"] == 1


@pytest.mark.parametrize("kind", ["open", "click", "redeem", "order", "visit"])
def test_a_record_knows_an_answer_after_its_question_however_they_come(kind: str) -> None:
    rows = answered(2, kind)
    records = [Record.of(rows), append(Record.of(rows[:1]), rows[1:]), append(Record.of(rows[1:]), rows[:1])]
    for record in records:
        at = record.number("known_at")[[word == kind for word in record.texts("kind", np.arange(3))]]
        assert at.max() == (NOW - 2 * DAY + 1 if kind in ("open", "click", "redeem") else NONE)
