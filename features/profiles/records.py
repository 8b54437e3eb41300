"""Every customer's record, from the lake: what the service's store is loaded with."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

import numpy as np
import polars as pl

from features.evaluate.online.record import ALWAYS, NONE, RECORD_NUMBERS, RECORD_TEXTS, Record
from features.evaluate.online.traits import Snapshot, Traits, traits_of
from features.events.columns import EVENT_ORDER, MULTIPLIERS, scaled
from features.events.statements.addresses import KINDS_OF_ADDRESSES, address_of
from features.events.statements.statement import SAID_NUMBERS, SAID_TEXTS, SAYS
from features.identity.attributes.claims import claims_of
from features.identity.people import People
from features.lake import Lake
from features.privacy.voices import Name
from features.progress import Progress, silent

_OF_ADDRESS = ("ids", "id_type", "id")  # what tells the address that an event is about
_TEXTS = tuple(column for column in RECORD_TEXTS if column != "address")
_COLUMNS = (*RECORD_NUMBERS, *_TEXTS, *EVENT_ORDER, *_OF_ADDRESS, "kind", "known_at", "properties")
BLOCK_CUSTOMERS = 20_000  # whose events are in memory at a time


def records(
    lake: Lake, customers: Collection[str] | None = None, progress: Progress = silent, *, as_of: int
) -> Iterator[tuple[str, Record]]:
    """``(customer_id, record)`` of each customer of the lake, or of the ``customers``, in the order of their ids.

    People are those known at ``as_of`` (µs). A record holds all events of theirs, later ones too; that of a customer
    with attributes or snapshots and without events holds these.
    """
    people = People.at(lake, [as_of])
    table, snapshots, told = people.about("customers"), people.about("snapshots"), people.rows_about("customers")
    if customers is None:
        every = pl.concat([frame.select("customer_id") for frame in (people.customer_events(), table, snapshots)])
        ids = every.select(pl.col("customer_id").unique().sort()).collect()["customer_id"]
    else:
        ids = pl.Series("customer_id", sorted(customers), dtype=pl.String)
        among = pl.col("customer_id").is_in(ids.implode())
        table, snapshots, told = (each.filter(among) for each in (table, snapshots, told))
    persons = lake.scan("persons").filter(pl.col("from") <= as_of)
    claims = claims_of(told, people.rules)
    with people.sorted_events(_COLUMNS, customers) as events:
        for customer, record in _records(ids, events, persons, about=(table, snapshots), progress=progress):
            yield customer, replace(record, claims=claims[customer]) if customer in claims else record


def _records(
    ids: pl.Series,
    events: pl.LazyFrame,
    persons: pl.LazyFrame,
    *,
    about: tuple[pl.LazyFrame, pl.LazyFrame],
    progress: Progress,
) -> Iterator[tuple[str, Record]]:
    table, snapshots = about
    attributes = {row.pop("customer_id"): row for row in table.collect().to_dicts()}
    progress("records", 0, len(ids))
    for start in range(0, len(ids), BLOCK_CUSTOMERS):
        block = ids[start : start + BLOCK_CUSTOMERS]
        within = pl.col("customer_id").is_between(pl.lit(block[0]), pl.lit(block[-1]))
        with_events = dict(_records_of(events.filter(within), attributes, persons))
        snapshots_of = _snapshots(snapshots.filter(within))
        for done, customer in enumerate(block, start + 1):
            if customer in with_events or customer in attributes or customer in snapshots_of:
                record = with_events.get(customer) or Record.of((), attributes.get(customer))
                yield customer, replace(record, snapshots=snapshots_of.get(customer, ()))
            progress("records", done, len(ids))


def _records_of(
    events: pl.LazyFrame, attributes: Mapping[str, Mapping[str, object]], persons: pl.LazyFrame
) -> Iterator[tuple[str, Record]]:
    said = [pl.when(SAYS).then(name).alias(name) for name in (*SAID_NUMBERS, *SAID_TEXTS) if name in _COLUMNS]
    of_address = [pl.when(pl.col("kind").is_in(KINDS_OF_ADDRESSES)).then(name).alias(name) for name in _OF_ADDRESS]
    ordered = events.with_columns(*said, *of_address).select("customer_id", *RECORD_NUMBERS, *_TEXTS, *_OF_ADDRESS)
    rows = ordered.sort("customer_id", *EVENT_ORDER).collect()
    if rows.is_empty():
        return
    traits, names = told_traits(events), _names(rows, persons)
    integers = rows.select(_integer(c).fill_null(NONE) for c in RECORD_NUMBERS)
    numbers = {c: integers[c].to_numpy() for c in RECORD_NUMBERS if c in ALWAYS or (integers[c] != NONE).any()}
    texts = {c: rows[c].to_list() for c in _TEXTS if rows[c].null_count() < len(rows)} | _addresses(rows)
    starts = rows["customer_id"].rle_id().search_sorted(np.arange(rows["customer_id"].n_unique())).to_numpy()
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        customer = rows["customer_id"][int(start)]
        own_numbers = {c: values[start:end] for c, values in numbers.items()}
        own_texts = {c: values[start:end] for c, values in texts.items()}
        record = Record.from_columns(own_numbers, own_texts, attributes.get(customer), traits.get(customer, ()))
        yield customer, replace(record, names=names[customer]) if customer in names else record


def _snapshots(snapshots: pl.LazyFrame) -> dict[str, tuple[Snapshot, ...]]:
    """The snapshots of each customer, in the order of time."""
    found: dict[str, list[Snapshot]] = {}
    for row in snapshots.sort("customer_id", "time").collect().iter_rows(named=True):
        found.setdefault(row.pop("customer_id"), []).append(Snapshot(row.pop("time"), row))
    return {customer: tuple(rows) for customer, rows in found.items()}


def told_traits(events: pl.LazyFrame) -> dict[str, list[Traits]]:
    """The traits that ``identify`` events give each customer, in the order of events."""
    identifies = events.filter(pl.col("kind") == "identify", pl.col("properties").is_not_null())
    columns = "customer_id", "kind", "properties", "known_at", *EVENT_ORDER
    rows = identifies.select(columns).sort(EVENT_ORDER).collect()
    traits: dict[str, list[Traits]] = {}
    for row in rows.iter_rows(named=True):
        update = traits_of(row)
        if update is not None:
            traits.setdefault(row["customer_id"], []).append(update)
    return traits


def _addresses(rows: pl.DataFrame) -> dict[str, list[str | None]]:
    """The ``address`` that each event is about, where any is about one."""
    columns = rows.with_row_index("row").filter(pl.col("id").is_not_null())
    told = columns.select("row", "kind", "channel", *_OF_ADDRESS).iter_rows(named=True)
    found = {row["row"]: address_of(row) for row in told}
    return {"address": [found.get(row) for row in range(len(rows))]} if found else {}


def _names(rows: pl.DataFrame, persons: pl.LazyFrame) -> dict[str, tuple[Name, ...]]:
    """What the fragments of each customer's statements were called from when on, of customers who spoke as several."""
    spoke = rows.select("customer_id", "fragment").drop_nulls().unique()
    several = spoke.filter(pl.len().over("customer_id") > 1).rename({"customer_id": "customer"})
    if several.is_empty():
        return {}
    told = persons.join(several.lazy(), on="fragment").sort("customer", "fragment", "from").collect()
    found: dict[str, list[Name]] = {}
    for customer, *name in told.select("customer", "fragment", "customer_id", "from").iter_rows():
        found.setdefault(customer, []).append(Name(*name))
    return {customer: tuple(names) for customer, names in found.items()}


def _integer(column: str) -> pl.Expr:
    """A column as the integers that records hold; an order row without a line number is the only line of its order."""
    values = pl.col(column)
    if column == "order_line":
        return pl.when(values.is_null() & (pl.col("kind") == "order")).then(1).otherwise(values).alias(column)
    return scaled(column, values).cast(pl.Int64) if column in MULTIPLIERS else values
