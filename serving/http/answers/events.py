"""The answer to messages that hold events."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from fastapi import Response
from sqlalchemy.engine import Connection

from features.config.sections.identity import household_attributes
from features.errors import StamkundError
from features.events.money import Money
from features.privacy.pseudonyms import Pseudonyms
from serving.http.current.state import State
from serving.http.reception.envelope import error_response, json_response
from serving.privacy.hashing import check_hashing
from serving.privacy.rejection import rejection_of
from serving.segment_spec.event.receiver import Receiver
from serving.segment_spec.intake import MessageVerdict, receive
from serving.store.engine import outages_as_errors
from serving.store.erasures.tombstones import erased_until
from serving.store.event_log import Event, append_events
from serving.store.people.households import HouseholdRules, renew_households
from serving.store.people.standings import join_people
from serving.store.rejections import keep_rejections
from serving.telemetry.notes import count_notes
from serving.telemetry.rejections import rejection_log


def answer_messages(state: State, messages: Sequence[object]) -> dict[str, object]:
    """A verdict for each message; an accepted event is in the log for good and known to the next answer."""
    return _answer(_receive(state, messages))


def answer_batch(state: State, messages: Sequence[object], *, strict: bool) -> Response:
    """The same as a response, which with ``strict`` is an error beside the verdicts if any message is rejected."""
    answer = answer_messages(state, messages)
    if not (strict and answer["rejected"]):
        return json_response(answer)
    error = StamkundError("rejected_messages", count=answer["rejected"], sent=len(messages), field="batch")
    return error_response(error, state.settings.language, beside=answer)


def answer_message(state: State, message: Mapping[str, object]) -> dict[str, object]:
    """The same for one message, which refuses the request when it is rejected."""
    verdicts = _receive(state, [message])
    for verdict in verdicts:
        if verdict.status == "rejected":
            raise StamkundError(str(verdict.code), verdict.message, field=verdict.field, **verdict.params or {})
    return _answer(verdicts)


def _receive(state: State, messages: Sequence[object]) -> list[MessageVerdict]:
    settings, now = state.settings, state.settings.now()
    money = Money(settings.currency, settings.minor_units)
    received = time.time_ns() // 1000
    receiver = Receiver(money, now, state.categories, settings.missing_ids, received, language=settings.language)
    with outages_as_errors(StamkundError("store_unavailable.events")):
        check_hashing(state.store, settings)
        receiver = replace(
            receiver, pseudonyms=Pseudonyms.of(settings), erased_until=erased_until(state.store, settings)
        )
        log = partial(append_events, state.store, received_at=now, beside=partial(_join, state))
        verdicts = receive(messages, receiver, log)
        _keep_rejected(state, messages, verdicts, receiver)
    count_notes(verdict.code for verdict in verdicts if verdict.status == "accepted" and verdict.code is not None)
    return verdicts


def _keep_rejected(
    state: State, messages: Sequence[object], verdicts: Sequence[MessageVerdict], receiver: Receiver
) -> None:
    """Keep what was rejected, and tell of it: whoever sent it may look at nothing but the status."""
    rejected = [each for each in zip(messages, verdicts, strict=True) if each[1].status == "rejected"]
    if not rejected:
        return
    identity = state.settings.identity
    types = () if identity is None else tuple(identity.types)
    rejections = [rejection_of(message, verdict, receiver, types) for message, verdict in rejected]
    keep_rejections(state.store, rejections, received_at=receiver.received_at, keep=state.settings.privacy.rejected)
    rejection_log.tell(rejection.code for rejection in rejections)


def _join(state: State, connection: Connection, events: Sequence[tuple[int, Event]]) -> None:
    """Join the people whom new messages tell to be one, in the transaction that keeps these; see where they live."""
    identity = state.settings.identity
    people = set[str]() if identity is None else join_people(connection, events, identity)
    if attributes := household_attributes(identity):
        rules, told = HouseholdRules(attributes, state.rules), [event for _, event in events]
        renew_households(connection, told, people, rules, as_of=state.settings.now())


def _answer(verdicts: Sequence[MessageVerdict]) -> dict[str, object]:
    counts = Counter(verdict.status for verdict in verdicts)
    return {status: counts[status] for status in ("accepted", "duplicate", "rejected")} | {"results": verdicts}
