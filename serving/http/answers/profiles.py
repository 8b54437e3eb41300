"""The answer to a request for one customer's profile."""

from __future__ import annotations

import polars as pl

from features.arrays import Floats
from features.config.sections.identity import household_attributes
from features.errors import StamkundError
from features.evaluate.online.consent import Consent, PurposeConsent
from features.moments import iso
from features.profiles.consent import gatekeeper_of
from features.profiles.households import households
from serving.decisions.eligibility.checks import NO_CONSENT
from serving.decisions.facts.known import feature_rows
from serving.http.answers.customers import Customer, Moment, customers_of, has_events, moment_of, unknown_customer
from serving.http.answers.head import head
from serving.http.answers.requests import Profile
from serving.http.answers.scores import score_rows
from serving.http.answers.segments import segments_of
from serving.http.current.state import State
from serving.scoring.lineup import Lineup
from serving.scoring.model_scores import NO_EVENTS, NO_MODEL
from serving.segment_spec.event.fields import check_text
from serving.store.engine import outages_as_errors
from serving.store.hidden import pending_nodes
from serving.store.people.households import household_of
from serving.store.since_build import events_since_build

REASONS = 3  # that each model gives


@outages_as_errors()
def answer_profile(state: State, key: str, *, as_of: str | None) -> dict[str, object]:
    """The traits, consent, features and scores of the customer with the key ``id_type:id``; ``no_scores`` says why not.

    Of a customer who does not allow profiles there are no features, of one who does not allow scores no scores.
    """
    profile = profile_of(key)
    moment = moment_of(state, as_of)
    known = customers_of(state, [profile], moment).get(profile)
    if known is None:
        raise unknown_customer(profile)
    record = known.record
    answer: dict[str, object] = {
        "id_type": profile.id_type,
        "id": profile.id,
        "customer_id": known.customer_id,
        **head(state, moment),
        "models": {} if state.lineup is None else state.lineup.versions,
        "traits": record.traits_at(moment.as_of),
        "consent": None if known.consent is None else consent_answer(known.consent),
        "household": _household(state, known, moment),
        "no_scores": _no_scores(state, known, moment.as_of),
    }
    if state.lineup is None or not known.passes("profiles"):
        return answer | {"features": None, "scores": None, "segments": segments_of(state, known, moment.as_of)}
    row = feature_rows(state.lineup, [record], as_of=moment.as_of)
    answer["features"] = _features(state.lineup, row)
    answer["segments"] = segments_of(state, known, moment.as_of)
    if not known.passes("scores"):
        return answer | {"scores": None}
    sheet = score_rows(state, state.lineup, {known.customer_id: record}, row, as_of=moment.as_of, top=REASONS)
    return answer | {"scores": sheet.answer(0)}


def _no_scores(state: State, customer: Customer, as_of: int) -> str | None:
    """Why no model says anything, as a code; None where one may."""
    if not customer.passes("scores"):
        return NO_CONSENT
    if not has_events(customer.record, as_of):
        return NO_EVENTS
    if state.lineup is None:
        return NO_MODEL if state.lineup_error is None else state.lineup_error.code
    return None if state.lineup.models else NO_MODEL


def _household(state: State, customer: Customer, moment: Moment) -> dict[str, object] | None:
    """The household of a customer who allows profiles, and how many people it holds; None where there is none.

    That of a past moment is found in the lake, among everybody who was known then.
    """
    if not household_attributes(state.settings.identity) or not customer.passes("profiles"):
        return None
    if not moment.is_past:
        home = household_of(state.store, customer.customer_id)
        return None if home is None else home._asdict()
    keeper = gatekeeper_of(state.settings, state.lake, later=events_since_build(state.store))
    hidden = pending_nodes(state.store)
    homes = households(state.settings, state.lake, as_of=moment.as_of, keeper=keeper, hidden=hidden)
    own = [] if homes is None else homes.filter(pl.col("customer_id") == customer.customer_id).rows()
    return {"id": own[0][1], "people": own[0][2]} if own else None


def consent_answer(consent: Consent) -> dict[str, object]:
    """Where a customer stands on each purpose, as JSON; on a channel, with each address's permission."""
    return {name: _purpose_answer(one) for name, one in consent.of_purposes().items()}


def _purpose_answer(one: PurposeConsent) -> dict[str, object]:
    answer: dict[str, object] = {
        "state": one.state.value,
        "since": None if one.since is None else iso(one.since),
        "allowed": one.allowed,
    }
    return answer | ({"addresses": one.addresses} if one.addresses else {})


def profile_of(key: str) -> Profile:
    """The profile that a key ``id_type:id`` means."""
    id_type, colon, id_ = key.partition(":")
    if not colon or not id_type or not id_:
        raise StamkundError("bad_profile", text=key)
    return Profile(id_type=check_text(id_type, "id_type"), id=check_text(id_, "id"))


def _features(lineup: Lineup, row: Floats) -> dict[str, object]:
    features = lineup.feature_set.features  # the company's come first, and only those are shown
    return {f.name: f.display(value) for f, value in zip(features, row[0, : len(features)], strict=True)}
