"""The answer to a request for one customer's profile."""

from __future__ import annotations

from features.errors import StamkundError
from features.evaluate.online.record import Record
from features.moments import iso
from serving.decisions.customers import feature_row
from serving.http.customers import customer_of, customer_records, has_events, moment_of, unknown_customer
from serving.http.requests import Profile
from serving.http.scores import score_records
from serving.http.state import State
from serving.scoring.champions import Lineup
from serving.scoring.model_scores import NO_EVENTS
from serving.segment_spec.fields import check_text
from serving.store.engine import outages_as_errors

REASONS = 3  # that each model gives


@outages_as_errors()
def answer_profile(state: State, key: str, *, as_of: str | None) -> dict[str, object]:
    """The traits, features and scores of the customer with the key ``id_type:id``; ``no_scores`` says why not."""
    profile = _profile(key)
    moment = moment_of(state, as_of)
    customer = customer_of(profile)
    record = customer_records(state, [profile], moment).get(customer) if customer else None
    if customer is None or record is None:
        raise unknown_customer(profile)
    answer: dict[str, object] = {
        "id_type": profile.id_type,
        "id": profile.id,
        "customer_id": customer,
        "as_of": iso(moment.as_of),
        "currency": state.settings.currency,
        "traits": record.traits_at(moment.as_of),
    }
    silent = not has_events(record, moment.as_of)
    answer["no_scores"] = NO_EVENTS if silent else "no_model" if state.lineup is None else None
    if state.lineup is None:
        return answer | {"features": None, "scores": None}
    sheet = score_records(state, state.lineup, {customer: record}, as_of=moment.as_of, top=REASONS)
    return answer | {"features": _features(state.lineup, record, as_of=moment.as_of), "scores": sheet.answer(0)}


def _profile(key: str) -> Profile:
    id_type, colon, id_ = key.partition(":")
    if not colon or not id_type or not id_:
        raise StamkundError("bad_profile", f"Ask for a profile as id_type:id, such as user_id:1008, not {key!r}.")
    return Profile(id_type=check_text(id_type, "id_type"), id=check_text(id_, "id"))


def _features(lineup: Lineup, record: Record, *, as_of: int) -> dict[str, object]:
    values = feature_row(lineup, record, as_of=as_of)[0]
    return {f.name: f.display(value) for f, value in zip(lineup.feature_set.features, values, strict=True)}
