"""Which ways customers take from a touchpoint on, or took to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import polars as pl

from features.arrays import Ints, Mask
from features.errors import StamkundError
from insights.journeys.histories import Histories
from insights.journeys.runs import RECORDS, Run, places

Direction = Literal["from", "to"]
OTHER: Final = "other"
END: Final = None  # nothing came after, or before


@dataclass(frozen=True)
class Paths:
    """The ways of ``customers``, one each: ``steps`` ``[customer, distance]`` are places among the ``names``.

    −1 stands for none. The touchpoint itself is at distance 0. What is not among the most frequent is called other;
    ``others`` are how many kinds that is.
    """

    customers: pl.Series
    steps: Ints
    names: tuple[str, ...]
    others: int

    def takers(self, way: Sequence[str | None]) -> pl.Series:
        """The customers whose way it is."""
        places = [-1 if name is END else self.names.index(name) for name in way]
        return self.customers.filter(pl.Series((self.steps == places).all(axis=1)))

    @property
    def matrix(self) -> Ints:
        """``[distance, name]``: how many customers were where; the last column counts those whose way had ended."""
        width, size = self.steps.shape[1], len(self.names) + 1
        place = np.where(self.steps < 0, size - 1, self.steps) + np.arange(width) * size
        return np.bincount(place.ravel(), minlength=width * size).reshape(width, size)

    def most_frequent(self, most: int) -> tuple[list[tuple[tuple[str | None, ...], int]], int]:
        """The ways that most customers took with how many they were, and how many took others."""
        ways, counts = np.unique(self.steps, axis=0, return_counts=True)
        order = np.lexsort((*ways.T[::-1], -counts))[:most]
        names = (*self.names, END)
        told = [(tuple(names[place] for place in ways[i]), int(counts[i])) for i in order]
        return told, len(self.steps) - int(counts[order].sum())


def paths(
    events: pl.LazyFrame, touchpoint: str, *, direction: Direction = "from", depth: int = 5, most: int = 12
) -> Paths:
    """The next ``depth`` touchpoints after each customer's first of a kind, or the ones before the last of it.

    ``events`` hold ``customer_id, time, event_id, kind``; lines of one order are one touchpoint.

    >>> rows = {"customer_id": ["a"] * 3, "time": [1, 2, 3], "event_id": ["x", "y", "z"], "order_id": [None] * 3}
    >>> events = pl.LazyFrame(rows | {"kind": ["view", "cart", "order"]})
    >>> paths(events, "view", depth=3).most_frequent(1)
    ([(('view', 'cart', 'order', None), 1)], 0)
    """
    return Touchpoints.of(events).paths(touchpoint, direction=direction, depth=depth, most=most)


@dataclass(frozen=True)
class Touchpoints:
    """All touchpoints of all customers in order, to ask many ways of: the ``kind`` of each by its place among kinds."""

    run: Run
    kind: Ints
    kinds: list[str]

    @classmethod
    def of(cls, events: pl.LazyFrame) -> Touchpoints:
        """From events as :func:`paths` takes them."""
        happened = events.filter(pl.col("kind").is_in(RECORDS).not_(), pl.col("customer_id").is_not_null())
        once = pl.coalesce("order_id", "event_id")
        rows = happened.group_by("customer_id", "time", "kind", once.alias("once")).agg(pl.col("event_id").min())
        in_order = rows.sort("customer_id", "time", "event_id", "kind").collect()
        return cls(Run.of(in_order.drop("event_id", "once")), *places(in_order["kind"]))

    def paths(self, touchpoint: str, *, direction: Direction, depth: int, most: int) -> Paths:
        """The ways from a kind on, or to it."""
        if touchpoint not in self.kinds:
            raise StamkundError.unknown("unknown_touchpoint", "touchpoint", touchpoint, self.kinds, field="touchpoint")
        anchor, histories = self.kinds.index(touchpoint), self.run.histories
        named, names, others = _most_frequent(self.kind, self.kinds, anchor, most)
        rows_of = _anchors(histories, self.kind == anchor, direction)
        steps = _ways(histories, named, rows_of, depth if direction == "from" else -depth)
        return Paths(self.run.customers.gather(histories.customer[rows_of]), steps, names, others)


def _anchors(histories: Histories, occurs: Mask, direction: Direction) -> Ints:
    """The row of each customer's first or last occurrence."""
    rows = np.flatnonzero(occurs)
    customers = histories.customer[rows]
    edge = np.append(True, customers[1:] != customers[:-1]) if direction == "from" else (
        np.append(customers[1:] != customers[:-1], True)
    )  # fmt: skip
    return np.asarray(rows[edge[: len(rows)]])


def _ways(histories: Histories, codes: Ints, anchors: Ints, depth: int) -> Ints:
    side = np.arange(0, abs(depth) + 1) * (1 if depth > 0 else -1)
    at = anchors[:, None] + side
    customer = histories.customer[anchors][:, None]
    inside = (at >= 0) & (at < len(codes))
    inside &= histories.customer[np.where(inside, at, 0)] == customer
    return np.asarray(np.where(inside, codes[np.where(inside, at, 0)], -1))


def _most_frequent(codes: Ints, kinds: Sequence[str], anchor: int, most: int) -> tuple[Ints, tuple[str, ...], int]:
    """Codes among the most frequent kinds, the touchpoint always one of them, their names, and how many are others."""
    counts = np.bincount(codes, minlength=len(kinds))
    counts[anchor] = len(codes) + 1
    kept = np.argsort(-counts, kind="stable")[:most]
    new: Ints = np.full(len(kinds), len(kept))
    new[kept] = np.arange(len(kept))
    names = tuple(kinds[place] for place in kept) + ((OTHER,) if len(kept) < len(kinds) else ())
    return new[codes], names, len(kinds) - len(kept)
