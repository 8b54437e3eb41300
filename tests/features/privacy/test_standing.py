"""One rule, read twice, against an interpreter of a few lines."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.events.statements.stances import Stance
from features.events.statements.statement import Statement
from features.privacy.said import Said
from features.privacy.standing import State, standing_of


class Word(NamedTuple):
    time: int
    received: int
    stance: Stance


def reference(words: list[Word], *, by_consent: bool) -> tuple[str, bool]:
    """The state, and whether a no stands, word by word."""

    def lifts(word: Word) -> bool:
        last = [max(getattr(no, axis) for no in words if no.stance == Stance.REFUSAL) for axis in ("time", "received")]
        return word.time >= last[0] and word.received >= last[1] and [word.time, word.received] != last

    refused = any(word.stance == Stance.REFUSAL for word in words)
    standing = {word.stance for word in words if not refused or lifts(word)}
    if Stance.GRANT in standing:
        return "granted", False
    if Stance.REQUEST in standing and by_consent:
        return "pending", refused
    ever = any(word.stance == Stance.GRANT for word in words)
    refusal = "objected" if not by_consent else "withdrawn" if ever else "denied"
    return (refusal, True) if refused else ("unknown", False)


WORDS = st.builds(
    Word, st.integers(0, 2), st.integers(0, 2), st.sampled_from([Stance.GRANT, Stance.REQUEST, Stance.REFUSAL])
)
READ = {f"{stance.value}": stance for stance in Stance}


def frames(people: dict[str, list[Word]], *, by_consent: bool) -> dict[str, tuple[str, bool]]:
    rows = [
        {"customer_id": who, "fragment": who, "time": w.time, "received_at": w.received, "status": str(w.stance.value)}
        for who, words in people.items()
        for w in words
    ]
    absent = {"kind": "consent", "channel": None, "purpose": None, "known_at": None, "consents": None}
    schema = [
        "customer_id",
        "fragment",
        "kind",
        "time",
        "known_at",
        "received_at",
        "channel",
        "purpose",
        "status",
        "consents",
    ]
    events = pl.DataFrame([absent | row for row in rows], schema=dict.fromkeys(schema, pl.String) | {
        "time": pl.Int64, "known_at": pl.Int64, "received_at": pl.Int64,
    })  # fmt: skip
    said = Said.of(events.lazy())
    states = said.states(lambda one: READ[str(one.status)], by_consent=by_consent)
    return {who: (state, refused) for who, state, refused in states.iter_rows()}


@given(st.dictionaries(st.sampled_from("abc"), st.lists(WORDS, min_size=1, max_size=6)), st.booleans())
def test_both_readers_say_what_the_interpreter_says(people: dict[str, list[Word]], by_consent: bool) -> None:  # noqa: FBT001
    expected = {who: reference(words, by_consent=by_consent) for who, words in people.items()}
    for who, words in people.items():
        columns = [np.array(each, dtype=np.int64) for each in zip(*words, strict=True)]
        standing = standing_of(columns[0], columns[1], columns[2].astype(np.int8), by_consent=by_consent)
        assert (standing.state.value, standing.refused) == expected[who]
    assert frames(people, by_consent=by_consent) == expected


YES, ASK, NO = Stance.GRANT, Stance.REQUEST, Stance.REFUSAL


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ([], State.UNKNOWN),
        ([Word(1, 1, YES)], State.GRANTED),
        ([Word(1, 1, ASK)], State.PENDING),
        ([Word(1, 1, ASK), Word(2, 2, YES)], State.GRANTED),
        ([Word(1, 1, NO)], State.DENIED),
        ([Word(1, 1, YES), Word(2, 2, NO)], State.WITHDRAWN),
        ([Word(1, 1, NO), Word(2, 2, YES)], State.GRANTED),
        ([Word(1, 1, YES), Word(1, 1, NO)], State.WITHDRAWN),  # of one moment the no counts
        ([Word(5, 5, YES), Word(3, 9, NO)], State.WITHDRAWN),  # received last, though said before
        ([Word(3, 9, NO), Word(5, 5, YES), Word(5, 10, YES)], State.GRANTED),
        ([Word(7, 3, NO), Word(7, 4, YES)], State.GRANTED),  # a clock that stands still: by receipt
        ([Word(9, 1, NO), Word(8, 2, YES)], State.WITHDRAWN),
        ([Word(1, 1, YES), Word(2, 2, NO), Word(3, 3, ASK)], State.PENDING),
    ],
)
def test_a_yes_counts_when_it_is_later_than_every_no_on_both_clocks(words: list[Word], state: State) -> None:
    time, received, stances = (np.array([w[i] for w in words], dtype=np.int64) for i in range(3))
    found = standing_of(time, received, stances.astype(np.int8))
    assert (found.state, found.refused) == (state, any(w.stance == NO for w in words) and state != State.GRANTED)
    if words:
        assert frames({"a": words}, by_consent=True)["a"] == (state, found.refused)


@pytest.mark.parametrize(("receipt_of_no", "state"), [(4, "granted"), (9, "withdrawn")])
def test_rows_without_a_receipt_count_as_received_when_they_happened(receipt_of_no: int, state: str) -> None:
    no, yes = {"status": "4", "time": 3, "received_at": receipt_of_no}, {"status": "2", "time": 5, "received_at": None}
    absent = {"customer_id": "a", "fragment": "a", "kind": "consent", "known_at": None}
    absent |= dict.fromkeys(("channel", "purpose", "consents"))
    types = {"known_at": pl.Int64} | dict.fromkeys(("channel", "purpose", "consents"), pl.String)
    said = Said.of(pl.LazyFrame([absent | no, absent | yes], schema_overrides=types))
    assert set(said.statements) == {Statement("consent", status="4"), Statement("consent", status="2")}
    assert said.states(lambda one: READ[str(one.status)], by_consent=True)["state"].to_list() == [state]
