"""What people say of the use of their data before and after they are found to be one: the strictest counts."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.config.sections.consent import ConsentSettings
from features.config.settings import Settings
from features.evaluate.online.consent import Consent
from features.events.identifiers import identifier
from features.events.statements.stances import stance_of
from features.events.tables import schema
from features.identity.links import links_of
from features.identity.people import People
from features.identity.resolve import resolve
from features.identity.rulings import Ruling
from features.lake import Lake
from features.privacy.rules import ConsentRules
from features.privacy.standing import STATES, State
from features.profiles.consent import TODAY, gatekeeper_of
from features.profiles.records import records
from tests.features.identity.naive import people_at
from tests.features.identity.test_laws import SETTINGS
from tests.features.privacy.test_standing import Word, reference

IDENTITY = SETTINGS[0]
CONSENT = ConsentSettings.model_validate({"purposes": {"ads": {"gates": ["decisions"]}}})
RULES = ConsentRules(CONSENT)
Event = dict[str, Any]


def event(time: int, fragment: str, status: str | None = None, ids: str | None = None) -> Event:
    """A word of a fragment on advertising; without a status, an event that says nothing but who it is about."""
    id_type, _, value = fragment.rpartition(":")
    told = {"kind": "visit"} if status is None else {"kind": "consent", "purpose": "ads", "status": status}
    name = f"{time} {fragment} {status}"
    own = {"id_type": id_type or "user_id", "id": value, "fragment": fragment}
    return {"event_id": name, "source": "s", "time": time, "ids": ids, **own, **told}


def lake_of(folder: str, events: list[Event], rulings: list[Ruling] | None = None) -> Lake:
    lake = Lake(Path(folder))
    lake.write({"events": pl.DataFrame(events, schema("events"))})
    lake.write_people(resolve(links_of(lake.scan("events"), IDENTITY), IDENTITY, rulings or ()).tables)
    return lake


def in_records(lake: Lake, as_of: int) -> dict[str, State]:
    """The states of all customers by their records, which know everything."""
    purpose = CONSENT.purposes["ads"]
    return {who: Consent(RULES, one, as_of).of("ads", purpose).state for who, one in records(lake, as_of=TODAY)}


def in_frames(lake: Lake, as_of: int, who: list[str]) -> list[str]:
    """Those who pass by the gatekeeper."""
    declared = Settings.model_validate({"name": "s", "sources": {}, "home": "/nowhere", "consent": CONSENT})
    keeper = gatekeeper_of(declared, lake)
    assert keeper is not None
    rows = pl.DataFrame({"customer_id": who, "as_of": as_of}, {"customer_id": pl.String, "as_of": pl.Int64})
    return keeper.passing("decisions", rows)["customer_id"].to_list()


def states(events: list[Event], as_of: int = 9, rulings: list[Ruling] | None = None) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        lake = lake_of(folder, events, rulings)
        found = in_records(lake, as_of)
        assert in_frames(lake, as_of, sorted(found)) == [who for who in sorted(found) if found[who] == State.GRANTED]
        return {who: state.value for who, state in found.items()}


LOGIN = event(5, "7", ids='{"anonymous_id": "f00"}')
COOKIE = "anonymous_id:f00"


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ([event(1, COOKIE, "no"), event(2, "7", "yes")], "denied"),  # said before both were known to be one
        ([event(1, "7", "no"), event(2, COOKIE, "yes")], "denied"),
        ([event(1, "7", "yes"), event(2, "7", "no"), event(3, COOKIE, "yes")], "withdrawn"),
        ([event(1, "7", "pending"), event(2, COOKIE, "yes")], "pending"),
        ([event(2, COOKIE, "yes")], "granted"),  # who has said nothing contradicts nothing
        ([event(1, "7", "no"), event(2, "7", "yes"), event(3, COOKIE, "yes")], "granted"),
        ([event(1, COOKIE, "no"), event(2, "7", "yes"), event(6, "7", "yes")], "granted"),  # decided again
        ([event(1, "7", "no"), event(2, COOKIE, "yes"), event(5, COOKIE, "yes")], "granted"),  # at the very moment
        ([event(1, "7", "no"), event(6, COOKIE, "yes")], "granted"),
        ([event(1, "7", "yes"), event(2, COOKIE, "yes"), event(6, COOKIE, "no")], "withdrawn"),
        ([event(1, COOKIE, "no"), event(4, "7", "yes") | {"received_at": 6}], "granted"),  # received by one person
    ],
)
def test_of_two_who_are_found_to_be_one_the_strictest_counts_until_they_decide_again(
    words: list[Event], state: str
) -> None:
    assert states([*words, LOGIN]) == {"7": state}


def test_what_was_decided_together_stands_when_a_third_is_found_to_be_the_same() -> None:
    card, mail = event(3, "email:e@x.se", ids='{"anonymous_id": "f00"}'), event(5, "7", ids='{"email": "e@x.se"}')
    words = [event(1, COOKIE, "no"), event(4, "email:e@x.se", "yes"), event(2, "7", "yes")]
    assert states([*words, card, mail]) == {"7": "granted"}
    assert states([*words, card, mail, event(1, "7", "no")]) == {"7": "granted"}
    assert states([*words, card, mail, event(3, "7", "no")]) == {"7": "withdrawn"}


def test_a_split_gives_each_their_own_word_back() -> None:
    mail = event(5, "7", ids='{"email": "e@x.se"}')
    words = [event(1, "email:e@x.se", "no"), event(2, "7", "yes"), event(6, "7", "yes"), mail]
    assert states(words) == {"7": "granted"}
    assert states(words, rulings=[Ruling(8, "split", ("7", "email:e@x.se"))]) == {
        "7": "granted",
        "email:e@x.se": "denied",
    }


def expected(lake: Lake, events: list[Event], as_of: int) -> dict[str, tuple[State, bool]]:
    """The interpreter: of each customer the strictest of what those whom they were say, each by the words it heard."""
    found: dict[str, list[tuple[str, bool]]] = {}
    rows = People.at(lake, [TODAY]).customer_events().filter(pl.col("kind") == "consent").collect().to_dicts()
    same = {row["event_id"]: people_at(events, IDENTITY, row["received_at"] or row["time"]).of for row in rows}
    for voice, who in {(row["fragment"], row["customer_id"]) for row in rows}:
        words = [
            Word(row["time"], row["received_at"] or row["time"], stance_of(row["status"]))
            for row in rows
            if row["customer_id"] == who and max(row["time"], row["known_at"] or 0) <= as_of
            and voice in {row["fragment"], *same[row["event_id"]].get(row["fragment"], ())}
        ]  # fmt: skip
        found.setdefault(who, []).append(reference(words, by_consent=True))
    strictest = {who: max((State(state) for state, _ in each), key=STATES.index) for who, each in found.items()}
    return {who: (strictest[who], any(refused for _, refused in each)) for who, each in found.items()}


@st.composite
def spoken(draw: st.DrawFn) -> list[Event]:
    """Few who are soon found to be one, and what they say before and after."""
    who = st.sampled_from(["7", "email:e@x.se", COOKIE])
    events = []
    for n in range(draw(st.integers(3, 10))):
        own, other = draw(who), draw(who)
        ids = None if other == own else json.dumps(dict([identifier(other)]))
        status = draw(st.sampled_from(["no", "yes"] if n < 2 else ["yes", "no", "pending", None]))
        said = event(draw(st.integers(0, 9)), own, status, ids if n > 1 else None)
        received, known = draw(st.none() | st.integers(1, 9)), draw(st.none() | st.integers(1, 9))
        events.append(said | {"event_id": f"e{n}", "received_at": received, "known_at": known})
    return events


@settings(max_examples=20)
@given(events=spoken(), as_of=st.integers(0, 9))
def test_records_and_frames_say_what_the_interpreter_says(events: list[Event], as_of: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lake = lake_of(folder, events)
        then, now = expected(lake, events, as_of), expected(lake, events, 9)
        states = {who: now[who][0] if now[who][1] else then[who][0] for who in now}
        found = in_records(lake, as_of)
        assert {who: found[who] for who in states} == states
        allowed = {who for who in states if states[who] == State.GRANTED and not now[who][1]}
        assert set(in_frames(lake, as_of, sorted(found))) == allowed
