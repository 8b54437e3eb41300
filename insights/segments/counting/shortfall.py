"""Who is not in a segment, and why: how many each of its conditions keeps out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from features.language.rules.nodes import Node
from features.language.rules.rule import Rule
from insights.segments.columns.column import Source
from insights.segments.counting.evaluate import Membership


@dataclass(frozen=True)
class Shortfall:
    """A condition that a segment asks for, and how many it keeps out.

    ``failing`` do not meet it, of ``unknown`` ones of these nothing is known that it asks about; ``alone`` meet all
    others. ``left`` are those who meet it and every condition before it.
    """

    condition: str
    failing: int
    unknown: int
    alone: int
    left: int


@dataclass(frozen=True)
class Count:
    """How many of ``customers`` are in a segment, and what keeps the others out."""

    customers: int
    members: int
    shortfalls: tuple[Shortfall, ...]

    @classmethod
    def of(cls, rule: Rule, sources: Mapping[str, Source], customers: int, *, timezone: str) -> Self:
        """Of a rule over the columns of the names that it reads.

        >>> from features.language.rules.types import Names
        >>> from insights.segments.columns.column import Column
        >>> names = Names({"features": {"orders": "number", "spend": "number"}})
        >>> rule = Rule.of("features.orders >= 2 && features.spend > 9", names)
        >>> columns = {"features.orders": Column.of_numbers(np.array([1.0, 2, 3])),
        ...            "features.spend": Column.of_numbers(np.array([5, 50, np.nan]))}
        >>> count = Count.of(rule, columns, 3, timezone="UTC")
        >>> count.members, count.shortfalls[1]
        (1, Shortfall(condition='features.spend > 9', failing=2, unknown=1, alone=1, left=1))
        """
        parts = list(conditions(rule.node))
        fails = np.zeros(customers, dtype=np.uint16)
        left, told = np.ones(customers, dtype=np.bool_), []
        for part in parts:
            holds, known = Membership.of(part, sources, timezone=timezone).answers(customers)
            left &= holds
            fails += ~holds
            told.append((part, ~holds, customers - np.count_nonzero(known), np.count_nonzero(left)))
        once = fails == 1
        return cls(customers, int(np.count_nonzero(left)), tuple(
            Shortfall(
                rule.text[part.start : part.end], int(np.count_nonzero(out)), int(unknown),
                int(np.count_nonzero(out & once)), int(remaining),
            )
            for part, out, unknown, remaining in told
        ))  # fmt: skip


def conditions(node: Node) -> Iterator[Node]:
    """The parts that must all hold for a rule to.

    >>> from features.language.rules.parse import parse
    >>> [part.op for part in conditions(parse("features.a > 1 && (features.b < 2 || features.c == 3) && !consent.ads"))]
    ['>', '||', '!']
    """
    if node.op == "&&":
        for arg in node.args:
            yield from conditions(arg)
    else:
        yield node
