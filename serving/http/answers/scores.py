"""The answer to a request for scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Final

import numpy as np

from features.arrays import Floats
from features.errors import StamkundError
from features.evaluate.online.record import Record
from serving.decisions.facts.known import feature_rows
from serving.http.answers.customers import (
    Customer,
    Moment,
    campaign_pairs,
    customers_of,
    has_events,
    moment_of,
    no_consent,
    unknown_customer,
)
from serving.http.answers.head import Json, head
from serving.http.answers.requests import Profile, ScoresRequest
from serving.http.current.state import State
from serving.scoring.lineup import Lineup
from serving.scoring.rows.pairs import Pairs
from serving.scoring.scorer import score
from serving.scoring.sheet import Sheet
from serving.store.engine import outages_as_errors
from serving.store.tables.blocks import blocks
from training.targets import PAIR

BLOCK: Final = 100  # customers whose records are held at once


def answer_scores(state: State, request: ScoresRequest) -> Json:
    """Each profile's scores, or its error, in the order of the request."""
    (answer,) = answer_together(state, [request])
    return answer


@outages_as_errors()
def answer_together(state: State, requests: Sequence[ScoresRequest]) -> list[Json]:
    """The answers to requests that differ only in whose scores they ask for."""
    lineup, first = state.required_lineup(), requests[0]
    lineup = lineup if first.models is None else lineup.only(first.models)
    asked = [request.everyone for request in requests]
    if not all(asked):
        raise StamkundError("no_profiles", field="profiles")
    moment = moment_of(state, first.as_of)
    told, everyone = head(state, moment), [profile for profiles in asked for profile in profiles]
    size = len(everyone) if moment.is_past else BLOCK  # the past is read from the lake, in one go
    entries = (
        entry for block in blocks(everyone, size) for entry in _entries(state, lineup, block, moment, top=first.reasons)
    )
    return [told | {"models": lineup.versions, "scores": list(islice(entries, len(profiles)))} for profiles in asked]


def _entries(state: State, lineup: Lineup, profiles: Sequence[Profile], moment: Moment, *, top: int) -> list[Json]:
    known = customers_of(state, profiles, moment)
    records = {each.customer_id: each.record for each in known.values() if each.passes("scores")}
    features = feature_rows(lineup, [*records.values()], as_of=moment.as_of)
    sheet = score_rows(state, lineup, records, features, as_of=moment.as_of, top=top)
    places = {id_: place for place, id_ in enumerate(records)}
    language = state.settings.language
    return [_entry(profile, sheet, places, known.get(profile), language) for profile in profiles]


def score_rows(
    state: State, lineup: Lineup, records: Mapping[str, Record], features: Floats, *, as_of: int, top: int
) -> Sheet:
    """The scores of customers by their records and feature rows, in the order of these, ``top`` reasons a model."""
    asked = any(model.target.entity == PAIR for model in lineup.models.values())
    every = [*records.values()]
    pairs = Pairs.of_customers(campaign_pairs(state, every, as_of=as_of)) if asked else Pairs.none()
    silent = np.array([not has_events(record, as_of) for record in records.values()], dtype=np.bool_)
    return score(lineup, list(records), features, pairs, silent, as_of=as_of, top=top)


def _entry(profile: Profile, sheet: Sheet, places: Mapping[str, int], customer: Customer | None, language: str) -> Json:
    identifier: Json = {"id_type": profile.id_type, "id": profile.id}
    if customer is not None and customer.customer_id in places:
        return identifier | sheet.answer(places[customer.customer_id])
    error = unknown_customer(profile) if customer is None else no_consent(profile)
    return identifier | {"error": error.answer(language)}
