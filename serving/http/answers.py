"""A request in, its answer out, from one state and without HTTP."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import numpy as np
from sqlalchemy.exc import OperationalError, TimeoutError  # noqa: A004  (waiting for a connection)

from features.errors import StamkundError
from features.evaluate.online.record import Record
from features.moments import iso, parse
from features.profiles.records import records
from serving.decisions.arbitration import ASSUMED, BASIS, Filled, Placement, Ranking, Visitor, fill
from serving.decisions.customers import row_of, visitor_of
from serving.http.requests import DecisionRequest, Profile, ScoresRequest
from serving.http.state import State
from serving.scoring.champions import Lineup
from serving.scoring.pairs import Pairs, pairs_of, running
from serving.scoring.scorer import score
from serving.scoring.sheet import Sheet
from serving.segment_spec.fields import sound
from serving.segment_spec.intake import receive
from serving.store.decisions import Decision, save_decision
from serving.store.event_log import append_events
from serving.store.records import record_of
from training.targets.redemption import contact_kinds

Answer = dict[str, object]
CUSTOMER_ID = "user_id"  # the type of id that is a customer's own


@contextmanager
def _available(text: str = "The store does not answer at the moment. Ask again in a while.") -> Iterator[None]:
    try:
        yield
    except (OperationalError, TimeoutError) as error:
        raise StamkundError("store_unavailable", text) from error


def moment(state: State, as_of: str | None) -> tuple[int, bool]:
    """The moment a request means, and whether it is past, so that the lake answers."""
    now = state.settings.now()
    if as_of is None:
        return now, False
    at = parse(as_of, code="bad_date", field="as_of")
    if at < 0:
        raise StamkundError("bad_date", f"as_of {as_of!r} is before 1970.", field="as_of")
    if at > now:
        text = f"as_of {as_of!r} has not come yet: it is {iso(now)}."
        raise StamkundError("future_as_of", text, field="as_of")
    return at, at < now


@_available()
def scores(state: State, asked: ScoresRequest) -> Answer:
    """Each profile's scores, or its error, in the order asked."""
    lineup = _lineup(state)
    if asked.models is not None:
        models = {name: lineup.model(name, field=f"models[{i}]") for i, name in enumerate(asked.models)}
        lineup = replace(lineup, models=models)
    profiles = [*asked.profiles, *(Profile(id=customer) for customer in asked.customers)]
    if not profiles:
        raise StamkundError("no_profiles", "Say whose scores: profiles, or customers.", field="profiles")
    at, past = moment(state, asked.as_of)
    records = _records(state, profiles, at=at, past=past)
    known = [key for key in dict.fromkeys(p.id for p in profiles if p.id_type == CUSTOMER_ID) if key in records]
    sheet = _sheet(state, lineup, {key: records[key] for key in known}, at=at, top=asked.reasons)
    place = {key: i for i, key in enumerate(known)}
    results = [_scored(profile, sheet, place) for profile in profiles]
    return {"as_of": iso(at), "currency": state.settings.currency, "scores": results}


def _scored(profile: Profile, sheet: Sheet, place: Mapping[str, int]) -> Answer:
    whom: Answer = {"id_type": profile.id_type, "id": profile.id}
    if profile.id_type != CUSTOMER_ID or profile.id not in place:
        error = _unknown(profile)
        return whom | {"error": {"code": error.code, "message": str(error), "field": None}}
    return whom | sheet.answer(place[profile.id])


@_available()
def profile(state: State, key: str, *, as_of: str | None) -> Answer:
    """One customer: traits, features, scores."""
    id_type, colon, id_ = key.partition(":")
    if not colon or not id_type or not id_:
        raise StamkundError("bad_profile", f"Ask for a profile as id_type:id, such as user_id:1008, not {key!r}.")
    at, past = moment(state, as_of)
    whom = Profile(id_type=sound(id_type, "id_type"), id=sound(id_, "id"))
    record = _records(state, [whom], at=at, past=past).get(id_) if id_type == CUSTOMER_ID else None
    if record is None:
        raise _unknown(whom)
    out: Answer = {"id_type": id_type, "id": id_, "customer_id": id_, "as_of": iso(at)}
    out |= {
        "currency": state.settings.currency,
        "traits": record.traits_at(at),
    }
    if state.lineup is None:
        return out | {"features": None, "scores": None}
    row = row_of(state.lineup, record, as_of=at)[0]
    features = {f.name: f.display(v) for f, v in zip(state.lineup.feature_set.features, row, strict=True)}
    return out | {"features": features, "scores": _sheet(state, state.lineup, {id_: record}, at=at, top=3).answer(0)}


def take(state: State, messages: Sequence[object]) -> Answer:
    """Messages in; a verdict for each. What is accepted is kept for good and known to the next answer."""
    now = state.settings.now()
    text = "The store does not take events at the moment. Send them again in a while; nothing of this batch was kept."
    with _available(text):
        verdicts = receive(messages, state.door(now), partial(append_events, state.store, received_at=now))
    counts = Counter(verdict.status for verdict in verdicts)
    return {status: counts[status] for status in ("accepted", "duplicate", "rejected")} | {"results": verdicts}


@_available()
def decide(state: State, asked: DecisionRequest, *, keep: bool = True) -> Answer:
    """The best offers for each placement, kept with what they were chosen from.

    What would have been best in the past is not a decision: it is not kept and has no id.
    """
    begun = time.perf_counter()
    lineup = _lineup(state)
    at, past = moment(state, asked.as_of)
    state = state.at(at) if past else state
    visitor = _visitor(state, lineup, asked.profile, at=at, past=past)
    placements = [Placement(p.id, p.count) for p in asked.placements]
    filled, ranking = fill(
        state.catalogue,
        visitor,
        placements,
        state.settings.offers.fallback,
        at=at,
        units=state.units,
        explain=asked.explain,
    )
    decided = _decided(state, lineup, asked, filled, ranking, at=at, known=visitor is not None)
    keep = keep and not past
    if keep:
        save_decision(state.store, decided)
    return {
        "decision_id": decided.decision_id if keep else None,
        "took_ms": round((time.perf_counter() - begun) * 1000, 2),
        "as_of": iso(at),
        "currency": state.settings.currency,
        "control_group": False,
        "models": decided.models,
        "basis": BASIS + (ASSUMED if state.any_assumed else "") + ".",
        "placements": [_placed(each, explain=asked.explain) for each in filled],
    }


def _placed(filled: Filled, *, explain: bool) -> Answer:
    out: Answer = {"id": filled.id, "items": filled.items}
    return out | {"excluded": filled.excluded} if explain else out


def _decided(
    state: State,
    lineup: Lineup,
    asked: DecisionRequest,
    filled: Sequence[Filled],
    ranking: Ranking | None,
    *,
    at: int,
    known: bool,
) -> Decision:
    offers = state.catalogue.offers
    eligible = [] if ranking is None else ranking.order.tolist()
    whom = asked.profile
    return Decision(
        decision_id=uuid.uuid4().hex,
        time=at,
        id_type=whom.id_type if whom else None,
        id=whom.id if whom else None,
        customer_id=whom.id if whom and known else None,
        context=asked.context,
        models=lineup.versions,
        eligible=[
            {
                "offer_id": offers[i].offer_id,
                "campaign_id": offers[i].campaign_id,
                "propensity": float(ranking.propensity[i]),
                "expected_value": float(ranking.expected[i]) / state.units,
            }
            for i in eligible
            if ranking is not None
        ],
        placements=[
            {
                "id": place.id,
                "items": [
                    {
                        "offer_id": item.offer_id,
                        "campaign_id": item.campaign_id,
                        "position": n,
                        "probability": item.probability,
                    }
                    for n, item in enumerate(place.items, 1)
                ],
            }
            for place in filled
        ],
    )


def _visitor(state: State, lineup: Lineup, whom: Profile | None, *, at: int, past: bool) -> Visitor | None:
    if whom is None or whom.id_type != CUSTOMER_ID:
        return None
    record = _records(state, [whom], at=at, past=past).get(whom.id)
    if record is None:
        return None
    pairs = _pairs(state, record, at=at)
    response = contact_kinds(state.settings)[1]
    return visitor_of(record, lineup, state.catalogue, pairs, response, as_of=at)


def _pairs(state: State, record: Record, *, at: int) -> Pairs:
    contact, response = contact_kinds(state.settings)
    return pairs_of(record, running(state.campaigns, as_of=at), contact, response, as_of=at)


def _records(state: State, profiles: Sequence[Profile], *, at: int, past: bool) -> dict[str, Record]:
    """The records of the known ones, from the store, or from the lake for the past."""
    ids = list(dict.fromkeys(p.id for p in profiles if p.id_type == CUSTOMER_ID))
    if past:
        found = dict(records(state.lake, ids))
    else:
        found = {key: record for key in ids if (record := record_of(state.store, key)) is not None}
    return {
        key: record for key, record in found.items() if len(record.number("time")) and record.number("time")[0] <= at
    }


def _sheet(state: State, lineup: Lineup, records: Mapping[str, Record], *, at: int, top: int) -> Sheet:
    pairs = Pairs.of_customers([_pairs(state, record, at=at) for record in records.values()])
    rows = [row_of(lineup, record, as_of=at) for record in records.values()]
    features = np.concatenate(rows) if rows else np.empty((0, len(lineup.feature_set.names)))
    return score(lineup, list(records), features, pairs, as_of=at, top=top)


def _lineup(state: State) -> Lineup:
    if state.lineup is None:
        raise StamkundError("no_model", "No model is registered. Run `stamkund train`; the service finds it by itself.")
    return state.lineup


def _unknown(whom: Profile) -> StamkundError:
    text = f"No customer with {whom.id_type} {whom.id!r} is known at that moment."
    return StamkundError("unknown_customer", text, field="id")
