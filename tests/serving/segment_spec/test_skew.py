"""Times of senders whose clocks are wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import StamkundError
from features.events.money import Money
from features.moments import iso
from features.reading.iso import parse
from features.units import DAY, HOUR, SECOND
from serving.segment_spec.event.receiver import Receiver
from serving.segment_spec.messages import events_of

NOW = parse("2024-06-30T00:00:00Z")
RUNNING = Receiver(Money("EUR", 2), now=NOW, received_at=NOW)
STANDING = replace(RUNNING, received_at=parse("2026-11-26T15:00:00Z"))  # its clock is set to the past
AT = "2024-06-29T12:00:00Z"


def time_of(receiver: Receiver, **told: object) -> str:
    sent = {"type": "track", "messageId": "m", "userId": "c1", "event": "Product Viewed", **told}
    return iso(int(str(events_of(sent, receiver)[0]["time"])))


@pytest.mark.parametrize("receiver", [RUNNING, STANDING])
@pytest.mark.parametrize(
    ("told", "time"),
    [
        # a phone that is three days fast, and one that is two hours slow
        ({"timestamp": "2024-07-03T00:00:00Z", "sentAt": "2024-07-03T00:00:05Z"}, "2024-06-29T23:59:55Z"),
        ({"timestamp": "2024-06-29T22:00:00Z", "sentAt": "2024-06-29T22:00:00Z"}, "2024-06-30T00:00:00Z"),
        # offline for a day, 10 s fast: what it kept moves with its clock
        ({"timestamp": "2024-06-29T00:00:00Z", "sentAt": "2024-06-30T00:00:10Z"}, "2024-06-28T23:59:50Z"),
        ({"originalTimestamp": "2024-06-29T22:00:00Z", "sentAt": "2024-06-29T22:00:00Z"}, "2024-06-30T00:00:00Z"),
        # corrected before, by whoever passed it on
        ({"timestamp": AT, "originalTimestamp": "2024-06-29T10:00:00Z", "sentAt": "2024-06-29T22:00:00Z"}, AT),
        ({"timestamp": AT}, AT),
        ({"timestamp": AT, "sentAt": None}, AT),
        ({"sentAt": "2024-06-29T22:00:00Z"}, "2024-06-30T00:00:00Z"),
        ({"timestamp": "2024-06-01", "sentAt": "2024-06-29T22:00:00Z"}, "2024-06-01T23:59:59.999999Z"),
    ],
)
def test_a_time_is_told_by_the_clock_that_it_was_sent_by(
    receiver: Receiver, told: dict[str, object], time: str
) -> None:
    assert time_of(receiver, **told) == time


@pytest.mark.parametrize("sent", [1719698400, 1719698400000, "yesterday", "29/06/2024", "", True])
@pytest.mark.parametrize(
    "told", [{"timestamp": AT}, {"timestamp": AT, "originalTimestamp": AT}, {"timestamp": "2024-06-01"}, {}]
)
def test_a_moment_of_sending_that_is_none_is_refused_even_where_it_would_move_nothing(
    sent: object, told: dict[str, object]
) -> None:
    with pytest.raises(StamkundError) as refused:
        time_of(RUNNING, **told, sentAt=sent)
    assert (refused.value.code, refused.value.field) == ("bad_time", "sentAt")


@pytest.mark.parametrize("late", [-5, -1, 0, 1, 5])
def test_history_from_a_clock_that_is_right_stands_to_the_microsecond(late: int) -> None:
    for receiver in (RUNNING, STANDING):
        sent = iso(receiver.received_at + late * SECOND)
        for time in ("2019-03-01T00:00:00Z", "2024-06-29T23:59:59.999999Z"):
            assert time_of(receiver, timestamp=time, sentAt=sent) == time


def test_where_the_clock_stands_in_the_past_what_happens_now_happens_then() -> None:
    told = {"timestamp": "2026-11-26T14:59:00Z", "sentAt": "2026-11-26T15:00:00Z"}
    assert time_of(STANDING, **told) == "2024-06-29T23:59:00Z"


def test_a_withdrawal_counts_by_the_clock_of_the_world() -> None:
    told = {"event": "Unsubscribed", "timestamp": "2026-11-26T16:00:00Z", "sentAt": "2026-11-26T17:00:00Z"}
    assert time_of(STANDING, **told) == "2026-11-26T14:00:00Z"  # a phone that is two hours fast, an hour after


@pytest.mark.parametrize("sent", ["yesterday", 1719705600, ""])
def test_a_time_of_sending_that_cannot_be_read_is_told(sent: object) -> None:
    with pytest.raises(StamkundError) as refused:
        time_of(RUNNING, timestamp=AT, sentAt=sent)
    assert (refused.value.code, refused.value.field) == ("bad_time", "sentAt")


def test_a_corrected_time_is_still_one_that_may_be() -> None:
    for time, code in (("2024-07-02T00:00:01Z", "future_time"), ("1970-01-01T00:00:00Z", "time_out_of_range")):
        with pytest.raises(StamkundError) as refused:
            time_of(RUNNING, timestamp=time, sentAt="2024-06-30T01:00:00Z")
        assert refused.value.code == code
    with pytest.raises(StamkundError, match="2024-06-30T01:00:00Z when it was sent"):  # it alone is not to come
        time_of(RUNNING, timestamp="2024-07-02T00:00:01Z", sentAt="2024-06-30T01:00:00Z")


@given(st.integers(-3650 * DAY, 3650 * DAY), st.integers(0, 300 * DAY))
def test_however_wrong_a_clock_is_only_the_age_of_what_it_tells_counts(wrong: int, age: int) -> None:
    """The law: for every clock that is wrong by more than a message is on its way, the time is receipt less age."""
    if abs(wrong) <= HOUR:
        wrong = HOUR
    sent = NOW + wrong
    assert time_of(RUNNING, timestamp=iso(sent - age), sentAt=iso(sent)) == iso(NOW - age)
