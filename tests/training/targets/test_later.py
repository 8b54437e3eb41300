"""What people do later, told of whom they were at the moment of the look."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from features.identity.fold import ALWAYS, NEVER
from features.units import DAY
from tests.features.identity.test_people import STORY, event, lake_of
from training.targets.populations.later import ByTime, told_later, told_over_time
from training.targets.redemption import Redemption

OFFERS = pl.DataFrame({"offer_id": ["o"], "campaign_id": ["it"], "starts": [0], "ends": [99 * DAY]})


def test_what_a_person_does_later_is_done_by_all_whom_they_were(tmp_path: Path) -> None:
    link = event(3, "u1", '{"email": "a@x.se"}')
    lake = lake_of(tmp_path, [event(1, "email:a@x.se"), event(2, "u1"), link, event(4, "u1")])
    events = lake.scan("events").select("fragment", "time").collect()

    def told(as_of: int, until: int) -> list[tuple[int, str]]:
        rows = told_later(events, lake, as_of=as_of * DAY, until=until * DAY).sort("time", "customer_id")
        return [(time // DAY, customer) for time, customer in rows.select("time", "customer_id").iter_rows()]

    before = [(1, "email:a@x.se"), (2, "u1")]
    assert told(2, 2) == [*before, (3, "u1"), (4, "u1")]  # nobody is joined by then
    assert told(2, 4) == [*before, (3, "email:a@x.se"), (3, "u1"), (4, "email:a@x.se"), (4, "u1")]


def test_by_time_are_the_events_between_two_moments_of_joined_people_or_not(tmp_path: Path) -> None:
    alone = [event(4, "u1"), event(1, "email:a@x.se"), event(3, "u2"), event(2, "anonymous_id:f00")]
    for folder, every in (("alone", alone), ("joined", [*alone, event(3, "u1", '{"email": "a@x.se"}')])):
        lake = lake_of(tmp_path / folder, every)
        events = lake.scan("events").select("fragment", "time").collect()
        near = events.filter(pl.col("time").is_between(DAY, 3 * DAY, closed="right"))
        for after, own in ((DAY, near), (None, events.filter(pl.col("time") <= 3 * DAY))):
            told = ByTime.of(events, lake).told(after=after, as_of=2 * DAY, until=3 * DAY)
            rows = told.with_columns(pl.col("customer_id").cast(pl.String)).select("time", "customer_id").rows()
            expected = told_later(own, lake, as_of=2 * DAY, until=3 * DAY).select("time", "customer_id").rows()
            assert sorted(rows, key=repr) == sorted(expected, key=repr)


def test_a_response_is_by_whoever_its_person_is_known_to_be_when_the_outcome_is(tmp_path: Path) -> None:
    # u1 is contacted on day 2 and responds by mail alone on day 3; that the mail is hers is known from day 5 on.
    contact = event(2, "u1") | {"kind": "contact", "campaign_id": "it"}
    response = event(3, "email:a@x.se") | {"kind": "redeem", "campaign_id": "it"}
    lake = lake_of(tmp_path, [contact, response, event(5, "u1", '{"email": "a@x.se"}')], offers=OFFERS)
    labels = {
        days: Redemption("it", event="contact", response="redeem", horizon_us=days * DAY).contacts(lake)["y"].to_list()
        for days in (2, 3, 4)
    }
    assert labels == {2: [0], 3: [1], 4: [1]}
    target = Redemption("it", event="contact", response="redeem", horizon_us=3 * DAY)
    assert target.contacts(lake, known_by=4 * DAY).rows() == [("u1", "it", 2 * DAY, 5 * DAY, 1)]


def test_a_response_on_a_device_that_became_shared_is_nobodys_when_the_outcome_is_known(tmp_path: Path) -> None:
    # Day 1: f00 is u1's browser. Day 4: u2 logs in on it too; what it does from then on is nobody's.
    told = [
        event(1, "u1", '{"anonymous_id": "f00"}'),
        event(2, "u1") | {"kind": "contact", "campaign_id": "it"},
        event(4, "u2", '{"anonymous_id": "f00"}'),
    ]
    target = Redemption("it", event="contact", response="redeem", horizon_us=9 * DAY)
    for day, y in ((3, 1), (5, 0)):
        response = event(day, "anonymous_id:f00") | {"kind": "redeem", "campaign_id": "it"}
        lake = lake_of(tmp_path / str(day), [*told, response], offers=OFFERS)
        assert target.contacts(lake)["y"].to_list() == [y]
        assert target.running(lake, moments=[2 * DAY + 1])["y"].to_list() == [y]


def test_every_name_of_a_person_tells_of_what_is_theirs_at_the_moments_at_which_it_is(tmp_path: Path) -> None:
    lake = lake_of(tmp_path, STORY)
    events = pl.LazyFrame({"fragment": ["anonymous_id:f00", "email:a@x.se", "u1", "u2"], "time": [1, 2, 3, 4]})
    rows = told_over_time(events, lake).sort("time", "customer_id", "since").collect()
    days = {ALWAYS: "ever", NEVER: "ever"}
    told = [(t, c, days.get(s, s // DAY), days.get(u, u // DAY)) for _, t, *_, s, u, c in rows.rows()]
    assert told == [
        (1, "email:a@x.se", 2, 3), (1, "email:a@x.se", 3, "ever"), (1, "u1", 3, "ever"),
        (2, "email:a@x.se", "ever", 3), (2, "email:a@x.se", 3, "ever"), (2, "u1", 3, "ever"),
        (3, "email:a@x.se", 3, "ever"), (3, "u1", "ever", "ever"),
        (4, "u2", "ever", "ever"),
    ]  # fmt: skip
