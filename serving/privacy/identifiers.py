"""The identifiers of people, as they are known today, whatever any clock says."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import polars as pl
from sqlalchemy.engine import Engine

from features.identity.people import People
from features.lake import Lake
from serving.store.people.lookup import customers_of, nodes_joined

_NOW: Final = 2**62


def nodes_of(lake: Lake, store: Engine, asked: Collection[str]) -> dict[str, frozenset[str]]:
    """By each node that is asked about, a customer's id or any other, the nodes of all identifiers of its person.

    A browser that became shared is among them: what happened there before was the person's, and since then nobody's.
    """
    joined = People.at(lake, [_NOW]).joined.select("fragment", "customer_id").drop_nulls()
    built = dict(joined.filter(pl.col("fragment").is_in(list(asked))).iter_rows())
    live = customers_of(store, asked)
    names = {key: {key, built.get(key) or key, live[key] or key} for key in asked}
    every = frozenset[str]().union(*names.values())
    theirs = joined.filter(pl.col("customer_id").is_in(list(every)))
    held: Mapping[str, set[str]] = {name: {name} for name in every}
    for fragment, customer in (*theirs.iter_rows(), *nodes_joined(store, every)):
        held[customer].add(fragment)
    return {key: frozenset[str]().union(*(held[name] for name in own)) for key, own in names.items()}
