"""The canonical tables: their columns, and the role of each column, which says how its values are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

import polars as pl

Table = Literal["events", "items", "customers", "offers", "snapshots"]
# Who is who, and whose word on them counts: no source fills these, a build does.
PeopleTable = Literal["links", "merges", "refused", "persons", "preferences"]
LakeTable = Table | PeopleTable | Literal["identifications"]  # these: rows of customers that tell of their identifiers
HTTP = "http"  # the source of the events that came over HTTP
Role = Literal["id", "text", "time", "start", "end", "amount", "number", "whole", "json", "list", "attribute"]

TABLES: tuple[Table, ...] = get_args(Table)
PEOPLE_TABLES: tuple[PeopleTable, ...] = get_args(PeopleTable)
LAKE_TABLES: tuple[LakeTable, ...] = (*TABLES, "identifications", *PEOPLE_TABLES)
REFERENCE_TABLES: frozenset[Table] = frozenset({"items", "customers", "offers", "snapshots"})  # all but events

# ``fragment`` is the node (:mod:`features.events.identifiers`) of whom an event is about before people are resolved: of
# its user where it names one, else of its own identifier. ``ids`` are the other identifiers it came with, by type;
# ``consents`` whether each signal of consent that came with it was given, none of them where the object is empty.
EVENTS: Mapping[str, Role] = {
    "event_id": "id",
    "source": "text",
    "id_type": "text",
    "id": "id",
    "fragment": "text",
    "time": "time",
    "received_at": "time",
    "known_at": "time",
    "kind": "text",
    "channel": "text",
    "order_id": "id",
    "order_line": "whole",
    "item_id": "id",
    "category": "text",
    "quantity": "number",
    "value": "amount",
    "discount": "amount",
    "cost": "amount",
    "currency": "text",
    "campaign_id": "id",
    "offer_id": "id",
    "decision_id": "id",
    "rating": "number",
    "scale": "text",
    "text": "text",
    "session_id": "id",
    "subscription_id": "id",
    "ticket_id": "id",
    "renews_at": "end",
    "purpose": "text",
    "status": "text",
    "latitude": "number",
    "longitude": "number",
    "properties": "json",
    "ids": "json",
    "consents": "json",
}
ITEMS: Mapping[str, Role] = {"item_id": "id", "name": "text", "category": "text", "price": "amount", "cost": "amount"}
CUSTOMERS: Mapping[str, Role] = {"customer_id": "id"}
SNAPSHOTS: Mapping[str, Role] = {"customer_id": "id", "time": "time"}
OFFERS: Mapping[str, Role] = {
    "offer_id": "id",
    "type": "text",
    "name": "text",
    "campaign_id": "id",
    "starts": "start",
    "ends": "end",
    "value": "amount",
    "cost": "amount",
    "item_ids": "list",
    "channels": "list",
    "formats": "list",
    "tags": "list",
    "issue": "text",
    "group": "text",
    "membership": "text",
    "priority": "number",
    "lever": "number",
    "stock": "number",
}
# Who is who: ``a``, ``b`` and others are nodes, see :mod:`features.events.identifiers`.
_EVIDENCE: Mapping[str, Role] = {"a": "id", "b": "id", "time": "time", "source": "text", "event_id": "id"}
LAKE_COLUMNS: Mapping[LakeTable, Mapping[str, Role]] = {
    "events": EVENTS,
    "items": ITEMS,
    "customers": CUSTOMERS,
    "offers": OFFERS,
    "snapshots": SNAPSHOTS,
    "identifications": {
        name: EVENTS[name] for name in ("event_id", "source", "kind", "id_type", "id", "time", "known_at", "ids")
    },
    "links": {"a": "id", "b": "id", "first": "time", "last": "time", "n": "whole", "source": "text", "event_id": "id"},
    "merges": {"survivor": "id", "absorbed": "id", **_EVIDENCE},
    "refused": {**_EVIDENCE, "n": "whole", "limit": "text", "id_type": "text"},
    "persons": {"fragment": "id", "customer_id": "id", "from": "time", "to": "time", "nobody_from": "time"},
    "preferences": {"attribute": "text", "rule": "text", "sources": "list"},
}
COLUMNS: Mapping[Table, Mapping[str, Role]] = {table: LAKE_COLUMNS[table] for table in TABLES}
WITH_ATTRIBUTES: frozenset[Table] = frozenset({"customers", "snapshots"})  # have any columns beside these, of people
WITH_MORE: frozenset[Table] = WITH_ATTRIBUTES | {"offers"}  # have columns beside these
# By which columns a row is known; a second row with the same ones is a duplicate.
KEYS: Mapping[Table, tuple[str, ...]] = {
    table: ("customer_id", "time") if table == "snapshots" else (next(iter(columns)),)
    for table, columns in COLUMNS.items()
}

OTHER_ID = "ids."  # begins the name of the column of a source that holds another identifier of a type
SIGNAL = "consents."  # begins the name of the column of a source that holds a signal of consent
SINCE = "since:"  # the column of a source of customers that tells from when on its other identifiers are known
SOURCE, UPDATED_AT = "source:", "updated_at:"
# What a row of customers in the lake tells beside its attributes: which source says so, and when it last changed that.
ORIGIN: Mapping[str, Role] = {SOURCE: "text", UPDATED_AT: "time"}
WITH_IDS: frozenset[Table] = frozenset({"events", "customers"})  # may hold other identifiers
# What a source may map: the rest of an event is filled by ingest.
FILLED = frozenset({"source", "fragment", "order_line", "ids", "consents"})
# Without these columns a source's rows mean nothing; `kind` may also be a constant of the source.
NEEDED: Mapping[Table, tuple[str, ...]] = {
    "events": ("id", "time"),
    "items": ("item_id",),
    "customers": ("customer_id",),
    "offers": ("offer_id",),
    "snapshots": ("customer_id", "time"),
}
OFFER_TYPES = ("offer", "item", "content", "action")
MEMBERSHIPS = ("contacted", "anyone")  # who may get a campaign's offers: those whom it has reached, or everybody
EVENT_YEARS = (0, 4_102_444_800_000_000)  # in which an event may be: 1970 to 2100, in microseconds
RATING_SCALES: Mapping[str, tuple[int, int]] = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7), "stars": (1, 5)}


def sql_type(role: Role) -> str:
    """The DuckDB type that a role has in the lake.

    >>> sql_type("amount"), sql_type("list")
    ('BIGINT', 'VARCHAR[]')
    """
    if role in {"time", "start", "end", "amount", "whole"}:
        return "BIGINT"
    return {"number": "DOUBLE", "list": "VARCHAR[]"}.get(role, "VARCHAR")


def schema(table: LakeTable) -> pl.Schema:
    """The polars schema of a canonical table; customers and snapshots have attributes beside it.

    >>> schema("items").names()
    ['item_id', 'name', 'category', 'price', 'cost']
    """
    types: dict[str, pl.DataType] = {
        "BIGINT": pl.Int64(),
        "DOUBLE": pl.Float64(),
        "VARCHAR": pl.String(),
        "VARCHAR[]": pl.List(pl.String()),
    }
    return pl.Schema({name: types[sql_type(role)] for name, role in LAKE_COLUMNS[table].items()})
