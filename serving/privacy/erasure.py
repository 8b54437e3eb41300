"""The erasure of a person: hidden at the next request, gone from every file after the next build."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from typing import Final

import polars as pl
from sqlalchemy.engine import Engine

from features.config.settings import Settings
from features.events.identifiers import identifier, is_visitor
from features.events.tables import LakeTable
from features.identity.people import People, customers_of
from features.lake import Lake
from features.lake.removal import discard_previous, remove_rows
from serving.store.engine import open_store
from serving.store.erasures import (
    Receipt,
    complete_erasures,
    erase_from_store,
    latest_receipt,
)
from serving.store.joined_records import person_record
from serving.store.people import customers_of as whose
from serving.store.people import nodes_joined
from training.seen import models_that_saw

NOW: Final = 2**62  # people as they are known today, whatever any clock says


def erase(settings: Settings, customer: str, *, suppress: bool = False, store: Engine | None = None) -> Receipt:
    """Hide a person, whose customer's id or visitor's node is ``customer``, and note that the files lose them.

    Who was erased before, and has done nothing since, gets the receipt of then.
    """
    engine = store or open_store(settings.store_url)
    try:
        earlier = latest_receipt(engine, settings, customer)
        if earlier is not None and not suppress and person_record(engine, customer) is None:
            return earlier
        lake = Lake(settings.lake)
        nodes = nodes_of(lake, engine, customer)
        rows = {table: lake.scan(table).filter(about).select(pl.len()) for table, about in conditions(nodes).items()}
        counts = {f"lake {table}": int(each.collect().item()) for table, each in rows.items()}
        seen = models_that_saw(settings, nodes)
        return erase_from_store(engine, settings, customer, nodes, suppress=suppress, models=seen, counts=counts)
    finally:
        if store is None:
            engine.dispose()


def nodes_of(lake: Lake, store: Engine, customer: str) -> frozenset[str]:
    """The nodes of all identifiers of a person, whose customer's id or any other node is ``customer``.

    A browser that became shared is among them: what happened there before was the person's, and since then nobody's.
    """
    joined = People.at(lake, [NOW]).joined
    live = [each for each in whose(store, [customer]).values() if each is not None]
    people = {customer, *customers_of(lake, [customer], as_of=NOW), *live}
    theirs = joined.filter(pl.col("customer_id").is_in(sorted(people)))
    return frozenset({*people, *theirs["fragment"], *nodes_joined(store, people)})


def conditions(nodes: Collection[str]) -> dict[LakeTable, pl.Expr]:
    """By table of the lake which rows are about these people."""
    of_customers = pl.col("customer_id").is_in([node for node in nodes if not is_visitor(node)])
    return {
        "events": pl.col("fragment").is_in(list(nodes)),
        "customers": of_customers,
        "snapshots": of_customers,
        "identifications": pl.concat_str("id_type", pl.lit(":"), "id").is_in([":".join(identifier(n)) for n in nodes]),
    }


def remove_from_files(settings: Settings, nodes: Collection[str]) -> None:
    """Take people out of the lake, and delete the files beside it that may hold them: a build writes these anew."""
    remove_rows(Lake(settings.lake), conditions(nodes))
    for folder in (settings.checkpoint, settings.rejects):
        shutil.rmtree(folder, ignore_errors=True)


def finish(settings: Settings, store: Engine, erasures: Collection[str], *, keep: Collection[str]) -> None:
    """Delete what is outdated since a build wrote the files anew, all but the profiles to ``keep``.

    The receipts of these erasures then say that they are done.
    """
    discard_previous(Lake(settings.lake))
    for file in settings.profiles.glob("*.parquet"):
        if file.name not in keep:
            file.unlink()
    complete_erasures(store, erasures)
