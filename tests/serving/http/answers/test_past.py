"""What an event changes, and of which moments: those from its own time on, and no earlier one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.events.tables import TABLES
from features.lake import Lake
from features.profiles.pairs.campaigns import campaigns
from features.units import DAY
from serving.http.answers.events import answer_messages
from serving.http.current.state import CurrentState, State
from serving.scoring.batches.batch import scores
from serving.store.event_log import log_frame
from serving.store.records import record_of
from tests.serving.clients import client_of
from tests.serving.http.errors import reasons_of
from tests.serving.shop import NOW, keep_records

Json = dict[str, Any]
THEN = NOW - 5 * DAY
HOUR = DAY // 24
# Customer 3 is young, was reached by the campaign `now` and not by `side`, and has redeemed nothing of either.
SENT: Mapping[str, Json] = {
    "order": {
        "event": "Order Completed",
        "properties": {"order_id": "o", "products": [{"product_id": "tea", "price": 4.5, "quantity": 2}]},
    },
    "redemption": {"event": "Redeem", "properties": {"campaign_id": "now", "offer_id": "now-drinks"}},
    "contact": {"event": "Contact", "properties": {"campaign_id": "side"}},
    "identify": {"type": "identify", "traits": {"age": "forty"}},
}
# What each of them changes: traits are what a customer is told to be, features what follows from what they did.
CHANGES = {
    "order": {"scores", "features", "decision"},
    "redemption": {"scores", "decision"},
    "contact": {"scores", "features", "decision"},
    "identify": {"traits"},
}


def iso(at: int) -> str:
    """A moment to the microsecond."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)).isoformat()


def send(state: State, kind: str, *, at: int, customer: str = "3", name: str = "sent") -> None:
    message = {"type": "track", "messageId": name, "userId": customer, "timestamp": iso(at), **SENT[kind]}
    assert answer_messages(state, [message])["accepted"] == 1


def built(state: State, folder: Path) -> State:
    """The same after a build that has read the log."""
    settings = state.settings.model_copy(update={"home": folder})
    lake = Lake(settings.lake)
    tables = {name: state.lake.scan(name).collect() for name in TABLES}
    log, mark = log_frame(state.store)
    lake.write(tables | {"events": pl.concat([tables["events"], log])})
    keep_records(lake, settings, log_seq=mark.number)
    return replace(state, settings=settings, lake=lake, campaigns=campaigns(lake)).with_offers_as_of(NOW)


def told(state: State, as_of: int | None) -> Json:
    """Everything the service says of customer 3 at a moment."""
    http = client_of(CurrentState(state, lambda _: state, lambda: None))
    moment = {} if as_of is None else {"as_of": iso(as_of)}
    profile = http.get("/v1/profiles/user_id:3", params=moment).json()
    asked = http.post("/v1/scores", json={"customers": ["3"], **moment}).json()["scores"]
    decision = http.post("/v1/decisions", json={"profile": {"id": "3"}, **moment}).json()
    return {
        "traits": profile["traits"],
        "features": profile["features"],
        "scores": [profile["scores"], asked],
        "decision": decision["placements"],
    }


def changed(before: Json, after: Json) -> set[str]:
    return {part for part in before if before[part] != after[part]}


@pytest.mark.parametrize("kind", SENT)
def test_an_event_changes_what_is_said_of_its_own_moment_and_not_of_the_microsecond_before(
    own: CurrentState, tmp_path: Path, kind: str
) -> None:
    state = own.state
    then, just_before = told(state, THEN), told(state, THEN - 1)
    send(state, kind, at=THEN)
    after = built(state, tmp_path / "built")
    assert changed(then, told(after, THEN)) == CHANGES[kind]
    assert changed(just_before, told(after, THEN - 1)) == set()


@pytest.mark.parametrize("kind", SENT)
def test_an_event_of_the_future_changes_nothing_now(own: CurrentState, tmp_path: Path, kind: str) -> None:
    before = told(own.state, None)
    send(own.state, kind, at=NOW + 1)
    assert changed(before, told(own.state, None)) == set()
    after = built(own.state, tmp_path / "built")
    assert changed(before, told(after, None)) == changed(before, told(after, NOW)) == set()


@pytest.mark.parametrize("kind", SENT)
def test_an_event_that_comes_late_is_known_now_and_of_the_past_with_the_next_build(
    own: CurrentState, kind: str
) -> None:
    now, past = told(own.state, None), told(own.state, THEN)
    send(own.state, kind, at=THEN)
    assert changed(now, told(own.state, None)) == CHANGES[kind]
    assert changed(now, told(own.state, NOW)) == CHANGES[kind]  # the moment of the clock is not past
    # The lake tells of the past.
    assert changed(past, told(own.state, THEN)) == set()


def test_a_batch_knows_of_a_moment_what_came_until_then(own: CurrentState, tmp_path: Path) -> None:
    for kind in SENT:
        send(own.state, kind, at=THEN, name=kind)
    after = built(own.state, tmp_path / "built")
    for moment, same in ((THEN - 1, True), (THEN, False)):
        before, now = (
            scores(s.settings, ["3"], as_of=moment, lineup=s.lineup).drop("build") for s in (own.state, after)
        )
        assert before.equals(now, null_equal=True) == same


def test_what_an_event_changes(own: CurrentState) -> None:
    before = told(own.state, None)
    for n, kind in enumerate(SENT, start=1):  # one after the other: an answer is known after its question
        send(own.state, kind, at=NOW - len(SENT) + n, name=kind)
    after = told(own.state, None)
    assert (before["traits"], after["traits"]) == ({"age": "young"}, {"age": "forty"})
    told_before, told_after = before["scores"][0], after["scores"][0]
    assert told_after["historic_clv"] == pytest.approx(told_before["historic_clv"] + 9)
    assert told_after["historic_number_of_orders"] == told_before["historic_number_of_orders"] + 1
    assert (set(told_before["propensities"]), set(told_after["propensities"])) == ({"now"}, {"now", "side"})
    grown = {name: after["features"][name] - before["features"][name] for name in ("orders_all", "contacts_7d")}
    assert grown == {"orders_all": 1.0, "contacts_7d": 1.0}
    reasons = reasons_of(after["decision"][0])
    assert reasons["now-drinks"] == "already_redeemed"
    assert "not_contacted" not in reasons.values()
    assert [item["offer_id"] for item in before["decision"][0]["items"]] == ["now-drinks"]
    (best,) = after["decision"][0]["items"]
    assert best["offer_id"] != "now-drinks"


def test_a_customer_is_unknown_before_their_first_event(own: CurrentState, tmp_path: Path) -> None:
    send(own.state, "order", at=THEN, customer="new")
    send(own.state, "order", at=NOW + HOUR, customer="next", name="next")
    after = built(own.state, tmp_path / "built")
    http = client_of(CurrentState(after, lambda _: after, lambda: None))
    asked = {"new": [None, THEN, THEN - 1], "next": [None, THEN]}
    got = {
        customer: [
            http.get(f"/v1/profiles/user_id:{customer}", params={} if at is None else {"as_of": iso(at)}).status_code
            for at in moments
        ]
        for customer, moments in asked.items()
    }
    assert got == {"new": [200, 200, 404], "next": [404, 404]}
    assert record_of(after.store, "next") is not None


def test_no_moment_after_the_clock_can_be_asked_about(own: CurrentState) -> None:
    http = client_of(own)
    got = http.post("/v1/scores", json={"customers": ["3"], "as_of": iso(NOW + 1)})
    assert (got.status_code, got.json()["error"]["code"]) == (422, "future_as_of")
