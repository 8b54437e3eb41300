"""Every default feature of one customer by its name, in words where it is one, NaN where it is undefined."""

from __future__ import annotations

from tests.features.profiles.naive.choices import of_categories, of_channels
from tests.features.profiles.naive.history import NAN, History, Told, Value
from tests.features.profiles.naive.orders import gross, of_orders, of_returns
from tests.features.profiles.naive.others import END, RENEWAL, START, of_kind, of_places, of_ratings, of_subscriptions
from tests.features.profiles.naive.past import Past
from tests.features.profiles.naive.peers import INTEREST, Persona, journey_stage, persona, scores, stage

WINDOWS = (7, 14, 28, 56, 90, 180, 365)
RETURNS = {"refund": "refunded", "cancel": "cancelled"}
TOLD_APART = {"order", START, RENEWAL, END}


def everything(history: History, past: Past, *, customer: str, personas: Persona) -> dict[str, Value]:
    """All of them; of customers who order."""
    told = dict([*of_orders(history, WINDOWS), *_of_other_kinds(history, past), *_of_choices(history, past)])
    told |= dict([*scores(told, past.peers), ("stage", stage(history, past.peers))])
    if set(past.kinds) & {*INTEREST}:
        told["journey_stage"] = journey_stage(history, past.peers)
    told["persona"] = persona(told, past.peers, personas)
    return told | dict(_traits(past, customer))


def _of_other_kinds(history: History, past: Past) -> Told:
    kinds, scales = past.kinds, past.common("scale")
    for kind in kinds:
        if kind not in TOLD_APART and not (kind == "survey" and scales):
            yield from of_kind(history, kind, kinds)
    for kind, word in RETURNS.items():
        if kind in kinds:
            yield from of_returns(history, kind, word, returning=past.told(["order_id"], kind))
    if set(kinds) & {*RETURNS}:
        yield from gross(history)
    renewing, priced = (past.told([column], START, RENEWAL, END) for column in ("renews_at", "value"))
    yield from of_subscriptions(history, kinds, renewing=renewing, priced=priced)
    yield from of_ratings(history, scales)
    if past.told(["latitude", "longitude"], *past.events["kind"].unique()):
        yield from of_places(history)


def _of_choices(history: History, past: Past) -> Told:
    yield from of_categories(history, past.categories)
    if past.channels:
        yield from of_channels(history, past.channels)


def _traits(past: Past, customer: str) -> Told:
    known = past.customers.set_index("customer_id").reindex([customer]).iloc[0]
    for name, values in past.attributes.items():
        yield name, str(known[name]) if known[name] in values else NAN
