"""Everything that rules may ask of all customers at one moment."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import ChainMap
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from features.arrays import Floats, Mask
from features.facts.clock import clock
from features.language.rules.evaluate import MISSING, Cell, Read
from features.language.rules.rule import Rule
from insights.segments.columns.column import Column, Constant, Source
from insights.segments.columns.percentiles import PERCENTILES, ranked
from insights.segments.counting.evaluate import Membership
from insights.segments.counting.shortfall import Count


class _Ids(Sequence[str]):
    """Ids in order, as something to search in."""

    def __init__(self, ids: pa.Array) -> None:
        self.ids = ids

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, place):  # type: ignore[no-untyped-def]
        return self.ids[place].as_py()


class _WithSegments(Mapping[str, Source]):
    """Sources, their percentiles and the segments of some rules, each made of them when it is first asked for."""

    def __init__(
        self, sources: Mapping[str, Source], tables: Mapping[str, Floats], rules: Mapping[str, Rule], timezone: str
    ) -> None:
        self.sources, self.tables, self.rules, self.timezone = sources, tables, rules, timezone
        self.segments: dict[str, Source] = {}

    def __getitem__(self, name: str) -> Source:
        if name.startswith(PERCENTILES):
            return ranked(name, self.sources, self.tables)
        if not name.startswith("segments."):
            return self.sources[name]
        if name not in self.segments:
            rule = self.rules[name.removeprefix("segments.")]
            self.segments[name] = Membership.of(rule.node, self, timezone=self.timezone)
        return self.segments[name]

    def __iter__(self) -> Iterator[str]:
        return iter([*self.sources, *(f"segments.{name}" for name in self.rules)])

    def __len__(self) -> int:
        return len(self.sources) + len(self.rules)


@dataclass(frozen=True)
class Columns:
    """A column for each name, with an entry for each of ``ids``, which are in order; as of a moment (µs).

    ``build`` is the version of the lake that they come from, ``tables`` those that numbers are ranked by.
    """

    ids: pa.Array
    columns: Mapping[str, Column]
    as_of: int
    build: str
    timezone: str
    tables: Mapping[str, Floats] = field(default_factory=dict)

    @property
    def customers(self) -> int:
        """How many customers there are."""
        return len(self.ids)

    def sources(self, rules: Mapping[str, Rule]) -> Mapping[str, Source]:
        """The columns, the clock, and the segments of some rules."""
        names = ("now", "date", "weekday", "hour", "day", "month")
        time = {f"time.{name}": Constant(clock(name, as_of=self.as_of, timezone=self.timezone)) for name in names}
        return _WithSegments(ChainMap(time, self.columns), self.tables, rules, self.timezone)  # type: ignore[arg-type]

    def members(self, rule: Rule, rules: Mapping[str, Rule]) -> Mask:
        """``[customer]``: whether a rule, which may speak of the segments of ``rules``, holds."""
        return Membership.of(rule.node, self.sources(rules), timezone=self.timezone).answers(self.customers)[0]

    def count(self, rule: Rule, rules: Mapping[str, Rule]) -> Count:
        """How many it holds for, and what keeps the others out."""
        return Count.of(rule, self.sources(rules), self.customers, timezone=self.timezone)

    def place(self, customer: str) -> int | None:
        """The place of a customer; None for somebody who is not there."""
        place = bisect_left(_Ids(self.ids), customer)
        return place if place < len(self.ids) and self.ids[place].as_py() == customer else None

    def first_after(self, customer: str) -> int:
        """The place of the first customer whose id is behind this one."""
        return bisect_right(_Ids(self.ids), customer)

    def one(self, place: int, rules: Mapping[str, Rule]) -> Read:
        """What rules read of one customer."""
        sources = self.sources(rules)
        return lambda name: _single(sources[name], place)

    def without(self, customers: Collection[str]) -> Columns:
        """The same of all others; a column is read when it is first asked for."""
        kept = np.ones(self.customers, dtype=np.bool_)
        kept[[place for each in customers if (place := self.place(each)) is not None]] = False
        if kept.all():
            return self
        return replace(self, ids=self.ids.filter(pa.array(kept)), columns=_Some(self.columns, kept))


class _Some(Mapping[str, Column]):
    """Columns of some customers."""

    def __init__(self, columns: Mapping[str, Column], kept: Mask) -> None:
        self.columns, self.kept, self._read = columns, kept, dict[str, Column]()

    def __getitem__(self, name: str) -> Column:
        if name not in self._read:
            column = self.columns[name]
            self._read[name] = replace(column, values=column.values[self.kept])
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)


def _single(source: Source, place: int) -> Cell:
    if isinstance(source, Column):
        return source.at(place)
    value, known = source.cell(slice(place, place + 1))
    is_known = bool(np.all(known))
    return Cell(value if not hasattr(value, "item") else value.item(), is_known) if is_known else MISSING
