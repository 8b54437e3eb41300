"""By what customers and events are told apart."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from features.arrays import Ints
from features.events.knowledge import known_events
from insights.attributes import ACQUISITION, ATTRIBUTE, REFERRED
from insights.dimensions.standing import Standing
from insights.people import Audience, end_of
from insights.periods import Periods

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
_ALWAYS: Final = -(2**62)  # since when what is not known, and what is other, are told apart


Regroup = Callable[[pl.Series], pl.Series]


@dataclass(frozen=True)
class Dimension:
    """The groups of a dimension, the most frequent first; ``column`` holds it in frames of events, or of customers.

    With a ``standing`` no frame holds it: a customer's group is that in which a period's end finds them. With ``kinds``
    it tells nothing but events of these apart. ``since`` are the moments (µs) from which on each group was one of the
    most frequent ones: in periods that ended before, it is among the others.
    """

    name: str
    column: str
    groups: tuple[str, ...]
    rest: bool  # whether there are others than these
    of_customers: bool
    standing: Standing | None = None
    kinds: frozenset[str] = frozenset()
    regroup: Regroup | None = None  # of values into groups of one's own
    since: tuple[int, ...] = ()

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

    def places(self, frame: pl.DataFrame, ends: Ints | None = None) -> Ints:
        """The place of each row's group among the labels; with ``ends`` (µs) of rows, as its period told them apart."""
        others = len(self.groups) + 1
        numbers: dict[str | None, int] = {group: i for i, group in enumerate((None, *self.groups))}
        column = (frame[self.column] if self.regroup is None else self.regroup(frame[self.column])).cast(pl.String)
        if self.kinds:
            column = column.set(~frame["kind"].is_in(self.kinds), None)
        told = column.replace_strict(numbers, default=others, return_dtype=pl.Int64)
        places = told.to_numpy().astype(np.int64)
        if ends is None or not self.since:
            return places
        since = np.array([_ALWAYS, *self.since, _ALWAYS])
        return np.where(since[places] > ends, others, places)


def dimensions(audience: Audience, kinds: Sequence[str]) -> list[Dimension]:
    """What events of some kinds, and the tables of customers, tell apart at the audience's moment."""
    found = [_of_events(audience, name, column, kinds) for name, column in OF_EVENTS.items()]
    customers = audience.attributes_ever()
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


def _of_events(audience: Audience, name: str, column: str, kinds: Sequence[str]) -> Dimension:
    """The groups of a column of events: those that were among the most frequent ones by the end of any week."""
    own = OF_KINDS.get(name, frozenset())
    counts = _counts(audience, column, sorted({*kinds} & own) if own else kinds)
    since, so_far = dict[str, int](), counts.select("group", "len").clear()
    for (end,), week in sorted(counts.partition_by("end", as_dict=True).items()):
        so_far = pl.concat([so_far, week.select("group", "len")]).group_by("group").agg(pl.col("len").sum())
        moment = int(str(end)) if since else _ALWAYS  # before the first week there is nothing to tell apart
        since |= {group: moment for group in _most(so_far) if group not in since}
    groups = tuple(group for group in _most(so_far, len(so_far)) if group in since)
    # Others there may always be: of events that were nobody's, or nobody might tell of, when their week ended.
    since_when = tuple(since[group] for group in groups)
    return Dimension(name, column, groups, rest=True, of_customers=False, kinds=own, since=since_when)


def _most(counts: pl.DataFrame, most: int | None = None) -> list[str]:
    """The most frequent groups of ``group, len``, the first ones first."""
    few = counts.filter(pl.col("len") >= pl.col("len").top_k(most or MOST).min())
    return few.sort("len", "group", descending=[True, False])["group"].head(most or MOST).to_list()


def _counts(audience: Audience, column: str, kinds: Sequence[str]) -> pl.DataFrame:
    """``group, end, len``: how many events of some kinds each week has of each group of a column."""
    events = known_events(audience.lake.scan("events"), audience.as_of).filter(pl.col("kind").is_in(kinds))
    first = events.select(pl.col("time").min()).collect().item()
    schema = {"group": pl.String, "end": pl.Int64, "len": pl.UInt32}
    if first is None or column not in events.collect_schema().names():
        return pl.DataFrame(schema=schema)
    weeks = Periods.of("week", first, audience.as_of, audience.settings.timezone)
    own = events.select("fragment", "time", end=end_of(weeks), group=pl.col(column).cast(pl.String))
    theirs = audience.events_of_periods(own.drop_nulls("group"))
    return theirs.group_by("group", "end").len().select(*schema).collect(engine="streaming")


def dimension_of(name: str, column: str, frame: pl.LazyFrame, *, of_customers: bool) -> Dimension:
    """The dimension of a column of a frame, with the groups that are most frequent there; all channels of acquisition.

    Else a channel more would take away what was told of the periods before.
    """
    counts = frame.select(group=pl.col(column).cast(pl.String)).drop_nulls().group_by("group").len()
    groups = tuple(counts.sort("len", "group", descending=[True, False]).collect(engine="streaming")["group"].to_list())
    if name == REFERRED and groups:
        groups = tuple(dict.fromkeys([*groups, "yes", "no"]))  # whoever is referred by now once was not
    most = len(groups) if name in (ACQUISITION, REFERRED) else MOST
    return Dimension(name, column, groups[:most], len(groups) > most, of_customers)
