"""Who may get one more message on a channel, by the caps and rests that are declared about any message there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pyarrow as pa
from sqlalchemy.engine import Engine

from features.arrays import Mask
from features.config.sections.decisions.policy.selection import Touch
from features.config.settings import Settings
from features.evaluate.online.record import Record
from features.lake import Lake
from insights.segments.customers import Columns
from serving.decisions.policy.history import Moments
from serving.decisions.policy.policy import Policy
from serving.decisions.policy.seen import Seen
from serving.store.choices.choices import DECISION, choices_after
from serving.store.choices.totals import Used, used_of
from serving.store.people.joined_records import person_records
from serving.store.people.lookup import customers_by
from serving.store.reader import Ask, reading
from serving.store.records import records_of
from serving.store.tables.blocks import blocks

_BLOCK: Final = 500  # customers whose records are held at a time


def under_caps(settings: Settings, store: Engine, columns: Columns, members: Mask, channel: str, *, as_of: int) -> Mask:
    """``[customer]``: whether caps and rests leave a member one more message on a channel at a moment (µs).

    What is about some offers, campaigns or types only depends on the message, and keeps nobody away here.
    """
    under = np.ones(columns.customers, dtype=np.bool_)
    policy = _of_any_message(settings, channel)
    if policy is None:
        return under
    with reading(store) as ask:
        used: Used = used_of(ask, policy.first_slots(as_of))
        past = _past(ask, settings, policy, as_of=as_of)
    seen = Seen.of(policy, Lake(settings.lake), store, as_of=as_of, is_past=True)
    used = used if seen is None else {**used, **seen.used}
    ids: Sequence[str] = columns.ids.filter(pa.array(members)).to_pylist()
    under[members] = [
        policy.restraint(record, channel, past.get(customer, ()), used, as_of=as_of).leaves(0)
        for customer, record in _records(settings, store, policy, ids)
    ]
    return under


def _of_any_message(settings: Settings, channel: str) -> Policy | None:
    """The policy as far as it is about a message of which only the channel is known; None where nothing is."""
    if settings.decisions is None:
        return None
    policy = Policy.of(settings.decisions, (), zone=settings.timezone, decimals=settings.minor_units)
    message = Touch(None, None, None, channel)
    limits = tuple(each for each in policy.limits if not each.by_cost and each.thing_of(message) is not None)
    rests = {name: (rest, thing) for name, (rest, thing) in policy.rests.items() if thing(message) is not None}
    told = replace(policy, limits=limits, rests=rests, candidates=(message,), costs=(0,))
    return told if limits or rests else None


def _past(ask: Ask, settings: Settings, policy: Policy, *, as_of: int) -> Mapping[str, Moments]:
    """By customer what was chosen for them by a moment, of what may count, in the order of time."""
    chosen = choices_after(ask, after=policy.counts_after(as_of))
    whose = {} if settings.identity is None else customers_by(ask, {node for node, _, _ in chosen})
    past: dict[str, list[tuple[int, Touch]]] = {}
    for node, time, touch in chosen:
        if time <= as_of:
            past.setdefault(whose.get(node) or node, []).append((time, touch))
    return past


def _records(
    settings: Settings, store: Engine, policy: Policy, ids: Sequence[str]
) -> Iterator[tuple[str, Record | None]]:
    """Each customer with their record, which is read only where something of it counts."""
    if policy.kinds <= {DECISION}:
        yield from ((customer, None) for customer in ids)
        return
    read = records_of if settings.identity is None else person_records
    for some in blocks(ids, _BLOCK):
        found = read(store, some)
        yield from ((customer, found.get(customer)) for customer in some)
