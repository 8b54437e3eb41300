"""Resolving: links become people, with the history of every merge and the evidence of every refusal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from features.arrays import Ints
from features.config.sections.identity import IdentitySettings
from features.events.identifiers import VISITOR_TYPES, identifier, visitors
from features.events.tables import PeopleTable
from features.identity.fold import ALWAYS, NAMELESS, NEVER, Fold
from features.identity.limits import Limits, barred_by
from features.identity.links import Links, names_persons
from features.identity.rulings import Ruling, in_force

_EVIDENCE = ("a", "b", "first", "source", "event_id")


@dataclass(frozen=True)
class Resolution:
    """Who is who: tables of nodes (:mod:`features.identity.nodes`) and moments (µs).

    * ``links``: ``a, b, first, last, n, source, event_id``: what came together;
    * ``merges``: ``survivor, absorbed, time`` and the link ``a, b, source, event_id`` that is its evidence;
    * ``refused``: links that joined nobody: ``a, b, time, source, event_id, n``, the ``limit`` (``per_person``,
      ``people``, ``block``, ``nobody``, ``ruling``) and the ``id_type`` that it is of;
    * ``persons``: ``fragment, customer_id, from, to, nobody_from``: what a node is called (null: a visitor, or nobody)
      at moments in ``[from, to)``, where that is not its own name. Events from ``nobody_from`` on are nobody's.
    """

    links: pl.DataFrame
    merges: pl.DataFrame
    refused: pl.DataFrame
    persons: pl.DataFrame

    @property
    def tables(self) -> dict[PeopleTable, pl.DataFrame]:
        """The tables by their names in the lake."""
        return {"links": self.links, "merges": self.merges, "refused": self.refused, "persons": self.persons}


def resolve(links: Links, identity: IdentitySettings, rulings: Iterable[Ruling] = ()) -> Resolution:
    """People from links, which count in the order of time.

    >>> from features.identity.links import links_of
    >>> event = {"time": 5, "known_at": None, "event_id": "e1", "source": "web", "kind": "visit", "id_type": "user_id"}
    >>> events = pl.LazyFrame([event | {"id": "u1", "ids": '{"email": "a@x.se"}'}])
    >>> identity = IdentitySettings()
    >>> resolve(links_of(events, identity), identity).persons.select("fragment", "customer_id", "from").rows()
    [('email:a@x.se', 'u1', 5)]
    """
    ranks = {name: rank for rank, name in enumerate(identity.types)}
    known = [word for word in rulings if all(identifier(node)[0] in ranks for node in word.nodes)]
    words = in_force(known)
    nodes = _with_ruled(links.nodes, words, ranks)
    place = dict(zip(nodes["node"], range(len(nodes)), strict=True)) if words else {}
    names = _names(nodes, identity)
    fold = Fold(nodes["rank"].to_list(), names.tolist(), Limits.of(identity), _apart(words, place))
    barred = barred_by(nodes, identity)
    usable, refused = _allowed(_with_merges(links.links, words, place), nodes["id_type"], barred)
    fold.add(*(usable[name].to_list() for name in ("a", "b", "first", "alias")))
    text = nodes["node"]
    return Resolution(
        _texts(links.links, text).drop("alias"),
        _merges(fold, usable, names, text),
        _refused(fold, usable, refused, identity, text),
        _spelt(_persons(fold, barred.is_not_null().arg_true(), names, text), links.spellings),
    )


def _names(nodes: pl.DataFrame, identity: IdentitySettings) -> Ints:
    """What each node is called by itself: a place in the order of who names a person.

    Users come first where a person has but one, then who was seen first, then the stronger type.
    """
    users = [name for name in identity.types if names_persons(name, identity)]
    user = nodes["id_type"].is_in(users).to_numpy()
    seen = np.where(user, 0, nodes["seen"].fill_null(NEVER).to_numpy())
    names = np.empty(len(nodes), np.int64)
    names[np.lexsort((seen, ~user))] = np.arange(len(nodes))
    names[nodes["id_type"].is_in([*VISITOR_TYPES]).to_numpy()] = NAMELESS
    return names


def _with_ruled(nodes: pl.DataFrame, words: Sequence[Ruling], ranks: Mapping[str, int]) -> pl.DataFrame:
    """The nodes, and those that only rulings speak of."""
    ruled = dict.fromkeys(node for word in words for node in word.nodes)
    rows = [(node, identifier(node)[0], ranks[identifier(node)[0]], None) for node in ruled]
    more = pl.DataFrame(rows, nodes.schema, orient="row").join(nodes, on="node", how="anti", maintain_order="left")
    return pl.concat([nodes, more])


def _apart(words: Sequence[Ruling], place: dict[str, int]) -> list[list[int]]:
    return [[place[node] for node in word.nodes] for word in words if word.kind == "split"]


def _with_merges(links: pl.DataFrame, words: Sequence[Ruling], place: dict[str, int]) -> pl.DataFrame:
    """The links, and the merges that people said, each after the links of its moment."""
    rows = [
        (*(place[node] for node in word.nodes), word.time, word.time, 1, "ruling", word.reason, True)
        for word in words
        if word.kind == "merge"
    ]
    if not rows:
        return links
    said = pl.DataFrame(rows, links.schema, orient="row").sort("first")
    return pl.concat([links, said]).sort("first", maintain_order=True)


def _allowed(links: pl.DataFrame, types: pl.Series, barred: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The links that may join somebody, and the others with the ``limit`` and the ``id_type`` that bars them."""
    a, b = (barred.gather(links[end]) for end in ("a", "b"))
    id_type = pl.when(a.is_not_null()).then(types.gather(links["a"])).otherwise(types.gather(links["b"]))
    told = links.with_columns(a.zip_with(a.is_not_null(), b).alias("limit"), id_type=id_type)
    free = pl.col("limit").is_null()
    return told.filter(free).drop("limit", "id_type"), told.filter(~free)


def _texts(links: pl.DataFrame, text: pl.Series) -> pl.DataFrame:
    return links.with_columns(text.gather(links["a"]).alias("a"), text.gather(links["b"]).alias("b"))


def _named(called: pl.Series, names: Ints, text: pl.Series) -> pl.Series:
    """The nodes that names stand for; null for the nameless."""
    by_name = np.zeros(len(names), np.uint32)
    named = names != NAMELESS
    by_name[names[named]] = np.flatnonzero(named)
    known = called.cast(pl.Int64).set(called == NAMELESS, None)
    return text.gather(pl.Series(by_name).gather(known))


def _merges(fold: Fold, links: pl.DataFrame, names: Ints, text: pl.Series) -> pl.DataFrame:
    joined = _frame(fold.merges, ("link", "x", "y"))
    evidence = _texts(links.select(_EVIDENCE)[joined["link"]], text).rename({"first": "time"})
    x, y = _named(joined["x"], names, text), _named(joined["y"], names, text)
    both = evidence.with_columns(
        x=x.fill_null(evidence["a"]), y=y.fill_null(evidence["b"]), first=joined["x"] <= joined["y"]
    )
    survivor, absorbed = (pl.when(side).then("x").otherwise("y") for side in ("first", ~pl.col("first")))
    return both.select(survivor.alias("survivor"), absorbed.alias("absorbed"), "time", "a", "b", "source", "event_id")


def _refused(
    fold: Fold, links: pl.DataFrame, barred: pl.DataFrame, identity: IdentitySettings, text: pl.Series
) -> pl.DataFrame:
    link, limit, rank = zip(*fold.refused, strict=True) if fold.refused else ((), (), ())
    names = [*identity.types]
    id_type = pl.Series("id_type", [names[each] for each in rank], pl.String)
    columns = (*_EVIDENCE, "n")
    found = links.select(columns)[list(link)].with_columns(pl.Series("limit", limit, pl.String), id_type)
    every = pl.concat([found, barred.select(*columns, "limit", "id_type")]).sort("first", maintain_order=True)
    return _texts(every, text).rename({"first": "time"})


def _persons(fold: Fold, blocked: pl.Series, names: Ints, text: pl.Series) -> pl.DataFrame:
    place, called, since = fold.last_periods()
    last = pl.DataFrame({"place": place, "called": called, "from": since}).with_columns(to=pl.lit(NEVER, pl.Int64))
    nobody = pl.DataFrame({"place": blocked.cast(pl.Int64)}).with_columns(
        called=pl.lit(NAMELESS, pl.Int64), **{"from": pl.lit(ALWAYS, pl.Int64), "to": pl.lit(NEVER, pl.Int64)}
    )
    periods = pl.concat([_frame(fold.periods, ("place", "called", "from", "to")), last, nobody])
    shared = [number for pair in fold.shared.items() for number in pair]
    shared += [number for at in blocked for number in (at, ALWAYS)]
    persons = periods.join(_frame(shared, ("place", "nobody_from")), on="place", how="left", maintain_order="left")
    fragment, customer = text.gather(persons["place"]), _named(persons["called"], names, text)
    columns = (fragment.alias("fragment"), customer.alias("customer_id"), "from", "to", "nobody_from")
    return persons.select(columns).sort("fragment", "from")


def _spelt(persons: pl.DataFrame, spellings: pl.DataFrame) -> pl.DataFrame:
    """The persons of nodes, and of the fragments that are written otherwise: these are their nodes by themselves."""
    if spellings.is_empty():
        return persons
    others = spellings.join(persons, left_on="node", right_on="fragment", how="left")
    first = others.group_by("fragment", "node").agg(to=pl.col("from").min().fill_null(NEVER))
    before = first.filter(pl.col("to") > ALWAYS, ~visitors(pl.col("node"))).select(
        "fragment", pl.col("node").alias("customer_id"), pl.lit(ALWAYS).alias("from"), "to", nobody_from=pl.lit(None)
    )
    rows = (each.select(persons.columns).cast(persons.schema) for each in (before, others.drop_nulls("from")))
    return pl.concat([persons, *rows]).sort("fragment", "from")


def _frame(numbers: Sequence[int], columns: Sequence[str]) -> pl.DataFrame:
    """A frame of numbers that follow each other row by row."""
    return pl.DataFrame(np.array(numbers, np.int64).reshape(-1, len(columns)), columns, orient="row")
