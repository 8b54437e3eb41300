"""By what customers and events are told apart."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl

from features.arrays import Ints
from insights.dimensions.standing import Standing
from insights.people import ATTRIBUTE, Audience

OF_EVENTS: Final[Mapping[str, str]] = {
    "channel": "channel", "category": "category", "campaign": "campaign_id", "reason": "category",
    "touchpoint": "category",
}  # fmt: skip
# The kinds of events whose category has a word, and groups, of its own.
OF_KINDS: Final[Mapping[str, frozenset[str]]] = {
    "reason": frozenset({"support", "support_answered", "support_resolved", "support_reopened"}),
    "touchpoint": frozenset({"survey"}),
}
MOST: Final = 20  # groups of a dimension; the smaller ones are one together
OTHER: Final = "other"


@dataclass(frozen=True)
class Dimension:
    """The groups of a dimension, the most frequent first; ``column`` holds it in frames of events, or of customers.

    With a ``standing`` no frame holds it: a customer's group is that in which a period's end finds them. With ``kinds``
    it tells nothing but events of these apart.
    """

    name: str
    column: str
    groups: tuple[str, ...]
    rest: bool  # whether there are others than these
    of_customers: bool
    standing: Standing | None = None
    kinds: frozenset[str] = frozenset()

    def is_of(self, kinds: Collection[str]) -> bool:
        """Whether it tells any events of some kinds apart."""
        return not self.kinds or not self.kinds.isdisjoint(kinds)

    @property
    def labels(self) -> tuple[str | None, ...]:
        """What the places of :meth:`places` mean: None is what is not known."""
        return (None, *self.groups, *((OTHER,) if self.rest else ()))

    @property
    def overlaps(self) -> bool:
        """Whether a customer may be in several groups."""
        return not self.of_customers and self.standing is None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it is read from."""
        return (self.column,) if self.standing is None else ()

    def places(self, frame: pl.DataFrame) -> Ints:
        """The place of each row's group among the labels."""
        others = len(self.groups) + 1
        places: dict[str | None, int] = {group: i for i, group in enumerate((None, *self.groups))}
        column = frame[self.column].cast(pl.String)
        if self.kinds:
            column = column.set(~frame["kind"].is_in(self.kinds), None)
        told = column.replace_strict(places, default=others, return_dtype=pl.Int64)
        return told.to_numpy().astype(np.int64)


def dimensions(audience: Audience, kinds: Sequence[str]) -> list[Dimension]:
    """What events of some kinds, and the tables of customers, tell apart at the audience's moment."""
    events = audience.events().filter(pl.col("kind").is_in(kinds))
    found = [_of_events(name, column, events) for name, column in OF_EVENTS.items()]
    customers = audience.attributes()
    names = [name for name, kind in customers.collect_schema().items() if kind in (pl.String, pl.Boolean)]
    sensitive = {"customer_id", *(f"{ATTRIBUTE}{name}" for name in audience.settings.privacy.sensitive)}
    of_customers = [
        dimension_of(column.removeprefix(ATTRIBUTE), column, customers, of_customers=True)
        for column in sorted(set(names) - sensitive)
    ]
    told = [dimension for dimension in found if dimension.groups]
    taken = {column for dimension in told for column in (dimension.name, dimension.column)}
    few = [each for each in of_customers if each.groups and not each.rest and each.name not in taken]
    return [*told, *few]


def _of_events(name: str, column: str, events: pl.LazyFrame) -> Dimension:
    kinds = OF_KINDS.get(name, frozenset())
    own = events.filter(pl.col("kind").is_in(sorted(kinds))) if kinds else events
    return replace(dimension_of(name, column, own, of_customers=False), kinds=kinds)


def dimension_of(name: str, column: str, frame: pl.LazyFrame, *, of_customers: bool) -> Dimension:
    """The dimension of a column of a frame, with the groups that are most frequent there."""
    counts = frame.select(group=pl.col(column).cast(pl.String)).drop_nulls().group_by("group").len()
    most = counts.sort("len", "group", descending=[True, False]).head(MOST + 1).collect(engine="streaming")
    groups = tuple(most["group"].to_list())
    return Dimension(name, column, groups[:MOST], len(groups) > MOST, of_customers)
