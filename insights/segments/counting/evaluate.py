"""The value of a rule for all customers at once, some thousands at a time, so that what is computed stays in the cache.

The rules' own evaluator does it, over columns: a rule means of a million customers what it means of one.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from features.arrays import Mask
from features.language.rules.evaluate import Cell, Evaluate, compile_rule
from features.language.rules.nodes import Node
from insights.segments.columns.column import Source
from insights.segments.counting.lookups import with_lookups

BLOCK: Final = 32_768  # customers whose values of a few columns fit into a core's cache
Answer = tuple[Mask, Mask]


@dataclass(frozen=True)
class Membership:
    """A rule over columns: whom it holds for; where it is missing it does not hold, and that is known.

    >>> from features.language.rules.parse import parse
    >>> from insights.segments.columns.column import Column
    >>> spend = Column.of_numbers(np.array([5.0, 20.0, np.nan]))
    >>> rich = Membership.of(parse("features.spend_90d > 10"), {"features.spend_90d": spend}, timezone="UTC")
    >>> rich.answers(3)[0].tolist(), rich.cell(slice(1, 3))
    ([False, True, False], Cell(value=array([ True, False]), known=True))
    """

    evaluate: Evaluate
    sources: Mapping[str, Source]

    @classmethod
    def of(cls, node: Node, sources: Mapping[str, Source], *, timezone: str) -> Self:
        """A rule over the columns of all names that it reads."""
        rule, found = with_lookups(node, sources, timezone=timezone)
        return cls(compile_rule(rule, _nothing_fixed, timezone=timezone), ChainMap(found, sources))  # type: ignore[arg-type]

    def cell(self, rows: slice) -> Cell:
        """Whether each of some customers is in."""
        return Cell(self._value(rows).value)

    def answers(self, count: int) -> Answer:
        """``[customer]``: whether it holds, and whether that is known."""
        holds, known = np.empty(count, dtype=np.bool_), np.empty(count, dtype=np.bool_)
        for start in range(0, count, BLOCK):
            rows = slice(start, min(start + BLOCK, count))
            holds[rows], known[rows] = self._value(rows)
        return holds, known

    def _value(self, rows: slice) -> Cell:
        with np.errstate(all="ignore"):  # as single numbers do, arrays go beyond all bounds without a word
            return self.evaluate(lambda name: self.sources[name].cell(rows))


def _nothing_fixed(name: str) -> Cell:
    raise KeyError(name)  # rules of segments speak of no candidate
