"""The erasure of people: hidden at the next request, gone from every file after the next build."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import partial

import polars as pl
from sqlalchemy.engine import Engine

from features.config.settings import Settings
from features.events.identifiers import identifier, is_visitor
from features.events.tables import LakeTable
from features.lake import Lake
from features.lake.removal import Change, change_rows, discard_previous
from features.privacy.traces import OF_EVENTS, OF_IDENTIFICATIONS, Traces
from features.scores.table import change_scores, read_scores
from insights.holdings import forget
from insights.segments.holdings import stays_of
from insights.segments.refresh import forget_in_segments
from serving.privacy.hashing import check_hashing
from serving.privacy.identifiers import nodes_of
from serving.scoring.batches.chunks import drop_unfinished
from serving.store.engine import open_store
from serving.store.erasures.deletion import Person, delete_people
from serving.store.erasures.receipts import Receipt, complete_erasures, receipt_of
from serving.store.erasures.tombstones import erasure_of, suppress_erased
from serving.store.people.joined_records import person_record
from serving.store.people.lookup import customers_of
from training.seen import models_that_saw

_OWNER = pl.concat_str("id_type", pl.lit(":"), "id")  # of what a table of customers tells of identifiers
_OWNERS: Mapping[LakeTable, pl.Expr] = {
    "events": pl.col("fragment"),
    "customers": pl.col("customer_id"),
    "snapshots": pl.col("customer_id"),
    "identifications": _OWNER,
}


def erase(
    settings: Settings, people: Sequence[str], *, suppress: bool = False, store: Engine | None = None
) -> list[Receipt]:
    """Hide people, each a customer's id or another node, and note that the files lose them; a receipt for each.

    Who was erased before, by whichever identifier, and has done nothing since, gets the receipt of then.
    """
    engine = store or open_store(settings.store_url)
    try:
        check_hashing(engine, settings)
        receipts = {person: _earlier(engine, settings, person, suppress=suppress) for person in people}
        new = [person for person, receipt in receipts.items() if receipt is None]
        told = dict(zip(new, _erase(engine, settings, new, suppress=suppress), strict=True))
        return [receipts[person] or told[person] for person in people]
    finally:
        if store is None:
            engine.dispose()


def _earlier(engine: Engine, settings: Settings, person: str, *, suppress: bool) -> Receipt | None:
    """The receipt of somebody who was erased, and has done nothing since."""
    erasure = erasure_of(engine, settings, person)
    if erasure is None:
        return None
    receipt = receipt_of(engine, erasure)
    if _is_back(engine, Lake(settings.lake), person, receipt):
        return None
    if suppress:
        suppress_erased(engine, erasure)
    return receipt


def _is_back(engine: Engine, lake: Lake, person: str, receipt: Receipt) -> bool:
    """Whether anything came of somebody since their erasure: events of the lake do once a build has cleaned it."""
    customer = customers_of(engine, [person])[person] or person
    events = lake.scan("events").filter(pl.col("fragment") == person)
    left = receipt.status != "hidden" and bool(events.select(pl.len()).collect().item())
    return left or person_record(engine, customer) is not None


def _erase(engine: Engine, settings: Settings, people: Sequence[str], *, suppress: bool) -> list[Receipt]:
    """The receipts of people; those who are one get one."""
    if not people:
        return []
    lake = Lake(settings.lake)
    nodes = nodes_of(lake, engine, people)
    first = {key: person for person in reversed(people) for key in nodes[person]}
    alike = {person: first[person] for person in people}
    distinct = {person: nodes[person] for person in dict.fromkeys(alike.values())}
    counts, seen = _counts(settings, distinct), models_that_saw(settings, distinct)
    erased = [Person(theirs, seen[who], counts[who]) for who, theirs in distinct.items()]
    receipts = dict(zip(distinct, delete_people(engine, settings, erased, suppress=suppress), strict=True))
    return [receipts[alike[person]] for person in people]


def _counts(settings: Settings, people: Mapping[str, Collection[str]]) -> dict[str, dict[str, int]]:
    """By person how many rows of each table of the lake, and of the scores, are about them."""
    lake = Lake(settings.lake)
    counts: dict[str, Counter[str]] = {person: Counter() for person in people}
    for table, owner in _OWNERS.items():
        whose = {_owner(table, key): person for person, nodes in people.items() for key in nodes}
        rows = lake.scan(table).select(owner=owner).filter(pl.col("owner").is_in(list(whose)))
        for key, n in rows.group_by("owner").len().collect().iter_rows():
            counts[whose[key]][f"lake {table}"] += n
    whose = {key: person for person, nodes in people.items() for key in nodes}
    told = read_scores(settings.scores).select("customer_id").filter(pl.col("customer_id").is_in(list(whose)))
    for key, n in told.group_by("customer_id").len().collect().iter_rows():
        counts[whose[key]]["scores"] += n
    for key, n in stays_of(settings, list(whose)).group_by("customer_id").len().iter_rows():
        counts[whose[key]]["segments"] += n
    places = [*(f"lake {table}" for table in _OWNERS), "scores", "segments"]
    return {person: {place: count[place] for place in places} for person, count in counts.items()}


def _owner(table: LakeTable, node: str) -> str:
    """How a table names whose a row is."""
    return ":".join(identifier(node)) if table == "identifications" else node


def remove_from_files(settings: Settings, nodes: Collection[str]) -> bool:
    """Take people out of lake and scores, and delete the files beside it that may hold them: a build writes these anew.

    Whether what anybody else said of themselves stays as it was; it may tell of somebody's address.
    """
    others, traces = set[str](), Traces.of(nodes)
    customers = [node for node in nodes if not is_visitor(node)]
    of_customers = Change(("customer_id",), lambda rows: rows.filter(~pl.col("customer_id").is_in(customers)))
    changes: dict[LakeTable, Change] = {
        "events": Change(OF_EVENTS, partial(_events, traces=traces, others=others)),
        "customers": of_customers,
        "snapshots": of_customers,
        "identifications": Change(OF_IDENTIFICATIONS, traces.out_of_identifications),
    }
    change_rows(Lake(settings.lake), changes)
    change_scores(settings.scores, of_customers.of)
    forget(settings, customers)
    forget_in_segments(settings, customers)
    drop_unfinished(settings.batches, {})
    for folder in (settings.checkpoint, settings.rejects):
        shutil.rmtree(folder, ignore_errors=True)
    return not others


def _events(rows: pl.DataFrame, traces: Traces, others: set[str]) -> pl.DataFrame:
    """Events without traces; to the ``others`` come those whose properties are other ones then."""
    kept = traces.out_of(rows)
    told = [each.select("fragment", "properties").drop_nulls() for each in (kept, rows)]
    others.update(told[0].join(told[1], on=("fragment", "properties"), how="anti")["fragment"])
    return kept


def finish(settings: Settings, store: Engine, erasures: Collection[str], *, keep: Collection[str]) -> None:
    """Delete what is outdated since a build wrote the files anew, all but the profiles to ``keep``.

    The receipts of these erasures then say that they are done.
    """
    discard_previous(Lake(settings.lake))
    for file in settings.profiles.glob("*.parquet"):
        if file.name not in keep:
            file.unlink()
    complete_erasures(store, erasures)
