"""The answer to a request for what happened to a customer, the latest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from features.errors import StamkundError
from features.events.kinds import KINDS, canonical_kind, near_kind
from features.events.tables import HTTP
from serving.decisions.eligibility.checks import NO_CONSENT
from serving.http.answers.customers import customers_of, moment_of, unknown_customer
from serving.http.answers.head import head
from serving.http.answers.profiles import profile_of
from serving.http.current.state import State
from serving.store.engine import outages_as_errors
from serving.timeline import cursor as cursors
from serving.timeline.entries import Timeline


@outages_as_errors()
def answer_timeline(
    state: State, key: str, *, kinds: Sequence[str], limit: int, cursor: str | None, as_of: str | None
) -> dict[str, object]:
    """A page of the events of the customer with the key ``id_type:id``; ``next`` is the cursor of the page after it.

    An order is one entry with its lines. Of a customer who does not allow profiles there is none, and ``no_events``
    says so. All pages after one cursor are of its moment: what happens meanwhile moves none of them.
    """
    bound, before = cursors.decode(cursor) if cursor is not None else (None, None)
    profile = profile_of(key)
    moment = moment_of(state, as_of)
    known = customers_of(state, [profile], moment).get(profile)
    if known is None:
        raise unknown_customer(profile)
    until = moment.as_of if bound is None else min(bound, moment.as_of)
    answer = {"customer_id": known.customer_id, **head(state, replace(moment, as_of=until))}
    if not known.passes("profiles"):
        return answer | {"counts": None, "events": None, "next": None, "no_events": NO_CONSENT}
    zones = {HTTP: "UTC"} | {name: source.timezone for name, source in state.settings.sources.items()}
    timeline = Timeline(known.record, until, state.settings.minor_units, zones)
    counts = timeline.counts()
    entries, after = timeline.page(_kinds(kinds, counts), before=before, limit=limit)
    following = None if after is None else cursors.encode(until, after)
    return answer | {"counts": counts, "events": entries, "next": following, "no_events": None}


def _kinds(asked: Sequence[str], counts: Mapping[str, int]) -> set[str]:
    """The kinds that names mean; an error for a name that is empty, or is nearly that of a usual kind."""
    kinds = {name: canonical_kind(name) for name in asked}
    for name, kind in kinds.items():
        if kind not in counts and (not kind or near_kind(name)):
            raise StamkundError.unknown("unknown_kind", "kind", name, [*KINDS, *counts], field="kind")
    return set(kinds.values())
