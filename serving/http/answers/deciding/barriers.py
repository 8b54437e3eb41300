"""What keeps everything from the person whom a request is about."""

from __future__ import annotations

from features.evaluate.online.consent import Consent
from features.evaluate.online.record import Record
from serving.decisions.eligibility.checks import NO_CONSENT
from serving.decisions.eligibility.permission import barrier
from serving.decisions.eligibility.zone import zone_of
from serving.http.answers.customers import Customer, Moment
from serving.http.answers.requests import DecisionRequest
from serving.http.current.state import State


def barrier_of(state: State, request: DecisionRequest, customer: Customer | None, moment: Moment) -> str | None:
    """The reason that keeps every offer from this person; of somebody unknown, only what may be sent is asked."""
    if state.rules is None:
        return None
    consent = customer.consent if customer is not None else None
    traits = {} if customer is None else customer.record.traits_at(moment.as_of)
    found = barrier(
        consent or Consent(state.rules, Record.of(()), moment.as_of),
        request.context.get("channel"),
        timezone=zone_of(request.context, traits, state.settings.timezone),
    )
    return None if customer is None and found == NO_CONSENT else found
