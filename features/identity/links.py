"""Links: which identifiers came together, when first, and in which event."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import orjson
import polars as pl

from features.config.sections.identity import IdentitySettings
from features.events.identifiers import USER, VISITOR_TYPES
from features.events.tables import schema
from features.identity.forms import with_nodes
from features.identity.limits import barred_by
from features.lake import Lake

_CONTENT = ("id_type", "id", "ids", "alias")
_IDENTIFIERS = {"row": pl.UInt32(), "id_type": pl.String(), "id": pl.String()}


@dataclass(frozen=True)
class Links:
    """Identifiers, and the links between them in the order in which they count.

    ``nodes`` are in the order of the priority of their types: ``node, id_type, rank`` (of the type) and ``seen`` (when
    first, µs). ``links`` hold the places of two of these (``a``, the stronger one, and ``b``), ``first, last`` (when
    they came together, µs), ``n`` (in how many events), ``source, event_id`` (of the first one), and ``alias`` (whether
    ``b`` is an old name of ``a``). ``spellings`` are the fragments that are not written as their nodes.
    """

    nodes: pl.DataFrame
    links: pl.DataFrame
    spellings: pl.DataFrame


def identifications(lake: Lake) -> pl.LazyFrame:
    """All in a lake that tells who is who: the events, and the rows of customers that hold several identifiers."""
    columns = schema("identifications").names()
    return pl.concat([lake.scan("events").select(columns), lake.scan("identifications").select(columns)])


def links_of(events: pl.LazyFrame, identity: IdentitySettings) -> Links:
    """The links that events tell of: between all identifiers that one event carries.

    Args:
        events: ``time, known_at, event_id, source, kind, id_type, id`` and ``ids``, the JSON of an event's other
            identifiers by type: a value or a list of them; null where there are none.
        identity: which types count, and how their values are written alike.

    >>> anna = {"time": 5, "known_at": None, "event_id": "e1", "source": "web", "kind": "visit", "id_type": "user_id"}
    >>> events = pl.LazyFrame([anna | {"id": "u1", "ids": '{"email": ["Anna@x.se", "a@x.se"]}'}])
    >>> links = links_of(events, IdentitySettings())
    >>> links.nodes["node"].to_list(), links.links.select("a", "b", "first").rows()
    (['u1', 'email:a@x.se', 'email:anna@x.se'], [(0, 1, 5), (0, 2, 5), (1, 2, 5)])
    """
    counted = pl.max_horizontal("time", "known_at").alias("at")
    contents = _contents(events.filter(pl.col("ids").is_not_null()).with_columns(counted))
    identifiers = _identifiers(contents)
    written = plain_nodes(identifiers.select("id_type", "id").unique(), identity)
    alone = _alone(events.with_columns(counted), identity)
    told = [
        each.select("node", "id_type", "rank")
        for each in (written, alone.filter(barred_by(alone, identity).is_not_null()))
    ]
    nodes = pl.concat(told).unique().sort("rank", "node").with_row_index("code")
    codes = written.join(nodes.select("node", "code"), on="node").select("id_type", "id", "code")
    places = identifiers.join(codes, on=("id_type", "id")).select("row", "code", "own")
    places = places.group_by("row", "code").agg(pl.col("own").any()).sort("row", "code")
    together = places.join(contents.select("row", "at"), on="row").group_by("code").agg(pl.col("at").min())
    seen = pl.concat([together, alone.join(nodes, on="node").select("code", "at")])
    seen = seen.group_by("code").agg(seen=pl.col("at").min())
    nodes = nodes.join(seen, on="code", how="left", maintain_order="left")
    spellings = pl.concat([each.select("fragment", "node") for each in (written, alone)])
    return Links(
        nodes.select("node", "id_type", "rank", "seen"),
        _links(places, nodes["rank"], contents),
        spellings.filter(pl.col("fragment") != pl.col("node")).unique().sort("fragment"),
    )


def _contents(events: pl.LazyFrame) -> pl.DataFrame:
    """The different contents of events, each with its first event, in the order of these."""
    rows = events.select("at", "event_id", "source", "id_type", "id", "ids", alias=pl.col("kind") == "alias")
    ordered = rows.collect(engine="streaming").sort("at", "event_id", "source")
    first = pl.col("at", "event_id", "source").first()
    grouped = ordered.group_by(_CONTENT, maintain_order=True).agg(first, n=pl.len(), last=pl.col("at").last())
    return grouped.with_row_index("row")


def _identifiers(contents: pl.DataFrame) -> pl.DataFrame:
    """Every identifier of every content: ``row, id_type, id`` and whether it is the event's ``own``."""
    rows, types, values = list[int](), list[str](), list[str]()
    for row, text in enumerate(contents["ids"].to_list()):
        for id_type, value in orjson.loads(text).items():
            for each in value if isinstance(value, list) else (value,):
                rows.append(row)
                types.append(id_type)
                values.append(each)
    others = pl.DataFrame({"row": rows, "id_type": types, "id": values}, _IDENTIFIERS)
    own = contents.select(*_IDENTIFIERS, own=pl.lit(value=True))
    return pl.concat([own, others.with_columns(own=pl.lit(value=False))])


def plain_nodes(identifiers: pl.DataFrame, identity: IdentitySettings) -> pl.DataFrame:
    """Identifiers of the types that count, with ``fragment``, ``node`` and ``rank`` (of the type)."""
    parts = [
        with_nodes(identifiers.filter(pl.col("id_type") == name), kind).with_columns(rank=pl.lit(rank, pl.UInt32))
        for rank, (name, kind) in enumerate(identity.types.items())
    ]
    return pl.concat(parts)


def _alone(events: pl.LazyFrame, identity: IdentitySettings) -> pl.DataFrame:
    """Identifiers that were seen by themselves, and when (``at``), of the types whose earliest one names its person."""
    asked = [name for name in identity.types if name not in VISITOR_TYPES and not names_persons(name, identity)]
    alone = events.filter(pl.col("ids").is_null() & pl.col("id_type").is_in(asked))
    rows = alone.group_by("id_type", "id").agg(pl.col("at").min()).collect(engine="streaming")
    return plain_nodes(rows, identity)


def names_persons(id_type: str, identity: IdentitySettings) -> bool:
    """Whether a person has one identifier of this type at most, and is called by it."""
    return id_type == USER and identity.types[id_type].per_person == 1


def _links(places: pl.DataFrame, rank: pl.Series, contents: pl.DataFrame) -> pl.DataFrame:
    """The links in the order of time, of the priority of their types, of their first events, and of their texts."""
    of = contents.select("row", "n", "last", "alias")
    pairs = _pairs(places, rank).join(of, on="row").with_columns(alias=pl.col("alias") & pl.col("rename"))
    turned = pl.col("alias") & pl.col("turned")
    a, b = pl.when(turned).then("b").otherwise("a"), pl.when(turned).then("a").otherwise("b")
    links = pairs.group_by(a.alias("a"), b.alias("b"), "alias").agg(
        pl.col("row").min(), pl.col("n").sum(), pl.col("last").max(), pl.col("weight").first()
    )
    links = links.join(contents.select("row", "source", "event_id", first="at"), on="row")
    columns = ("a", "b", "first", "last", "n", "source", "event_id", "alias")
    return links.sort("first", "weight", "row", "a", "b", "alias").select(columns)


def _pairs(places: pl.DataFrame, rank: pl.Series) -> pl.DataFrame:
    """Every two identifiers of a content, with the ``weight`` of their types' priorities: the least counts first.

    ``rename`` says whether the event's own identifier is one of them, and the other one of its type; ``turned`` whether
    it is ``b``.
    """
    row, code, own = places["row"].to_numpy(), places["code"].to_numpy(), places["own"].to_numpy()
    ranks = rank.to_numpy()[code]
    parts, step = list[pl.DataFrame](), 1
    while len(at := np.flatnonzero(row[step:] == row[:-step])):
        to = at + step
        same = (own[at] | own[to]) & (ranks[at] == ranks[to])
        weight = ranks[at].astype(np.int64) * len(rank) + ranks[to]
        columns = {"row": row[at], "a": code[at], "b": code[to], "weight": weight, "rename": same, "turned": own[to]}
        parts.append(pl.DataFrame(columns))
        step += 1
    empty = {
        "row": pl.UInt32,
        "a": pl.UInt32,
        "b": pl.UInt32,
        "weight": pl.Int64,
        "rename": pl.Boolean,
        "turned": pl.Boolean,
    }
    return pl.concat([pl.DataFrame(schema=empty), *parts])
