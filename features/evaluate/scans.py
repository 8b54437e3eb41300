"""What an engine is asked for: aggregations, each of which serves the terms that share its rows and edges."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from features.arrays import Ints
from features.evaluate.plan import Plan, edges
from features.events.columns import GAP_COLUMNS
from features.language.terms import Condition, Measure, Op, Span, Term, Where
from features.units import DAY

Rows = Literal["all", "gaps", "first", "last", "distinct"]
Label = str | Condition  # a column of text, whose values are told apart, or a test, which is met
MET = "met"


@dataclass(frozen=True)
class Wanted:
    """A term that a scan serves: its place among all, its measure, which case it speaks of, and its span."""

    at: int
    measure: Measure
    case: int
    span: Span


@dataclass(frozen=True)
class Scan:
    """One aggregation: over which rows, told apart by which labels, up to which edges.

    ``cases`` are the values of the labels that are asked for; ``offsets`` how long before a moment edges lie.
    ``column`` is the one that ``first``, ``last`` and ``distinct`` look at.
    """

    rows: Rows
    column: str
    labels: tuple[Label, ...]
    cases: tuple[tuple[str, ...], ...]
    offsets: tuple[int, ...]
    wanted: tuple[Wanted, ...]

    @property
    def aggregates(self) -> tuple[tuple[Op, str], ...]:
        """What is added up, or whose least or greatest is found."""
        return tuple(sorted({(w.measure.op, w.measure.column) for w in self.wanted}))

    @property
    def between(self) -> bool:
        """Whether it looks at the time since the event before."""
        return self.rows == "gaps" or self.column in GAP_COLUMNS

    def edges(self, as_of: Iterable[int]) -> Ints:
        """The moments that bound the spans before any of these moments, ascending."""
        return np.unique(np.subtract.outer(np.array(list(as_of)), np.array(self.offsets)))

    def values(self, label: int) -> tuple[str, ...]:
        """The values of a label that any case asks for, sorted."""
        return tuple(sorted({case[label] for case in self.cases}))


def scans(plan: Plan) -> tuple[Scan, ...]:
    """The aggregations that give a plan's terms."""
    alike: dict[tuple[Rows, str, tuple[Label, ...]], dict[tuple[str, ...], list[tuple[int, Term]]]] = {}
    for at, term in enumerate(plan.terms):
        rows = _rows(term.measure)
        column = term.measure.column if rows in ("first", "last", "distinct") else ""
        labels = asked(term.measure.where)
        alike.setdefault((rows, column, tuple(labels)), {}).setdefault(tuple(labels.values()), []).append((at, term))
    return tuple(scan for key, cases in alike.items() for scan in _split(*key, cases))


def _split(
    rows: Rows, column: str, labels: tuple[Label, ...], cases: dict[tuple[str, ...], list[tuple[int, Term]]]
) -> Iterable[Scan]:
    """A scan for each set of edges, so that no case is cut finer than it needs."""
    alike: dict[tuple[int, ...], list[tuple[str, ...]]] = {}
    for case, terms in cases.items():
        lie = {0} | {offset for _, term in terms for offset in edges(term)}
        alike.setdefault(tuple(sorted(lie)), []).append(case)
    for offsets, chosen in alike.items():
        wanted = [Wanted(at, t.measure, i, t.span) for i, case in enumerate(chosen) for at, t in cases[case]]
        yield Scan(rows, column, labels, tuple(chosen), offsets, tuple(wanted))


def _rows(measure: Measure) -> Rows:
    if measure.op in ("first", "last", "distinct"):
        return measure.op
    return "gaps" if measure.column in GAP_COLUMNS else "all"


def asked(conditions: Where) -> dict[Label, str]:
    """What conditions ask of which label: of columns of text a value, of all other tests that they are met.

    >>> from features.language.terms import where
    >>> asked(where(kind="order", category=["Tea", "Coffee"]))["kind"]
    'order'
    """
    labels: dict[Label, str] = {}
    for condition in conditions:
        plain = condition.single_value is not None and condition.column not in labels
        labels |= {condition.column: str(condition.single_value)} if plain else {condition: MET}
    return dict(sorted(labels.items(), key=lambda item: str(item[0])))


def span_of(wanted: Wanted, edges: Ints, as_of: int) -> tuple[int, int]:
    """The panes that a term covers, as a range of edges; pane 0 is all that lies before the first edge.

    >>> edges = np.array([10, 20, 30]) * DAY
    >>> span_of(Wanted(0, Measure("sum", "one"), 0, Span(10)), edges, 30 * DAY)
    (2, 3)
    """
    end = int(np.searchsorted(edges, as_of - wanted.span.end * DAY)) + 1
    start = wanted.span.start
    return (0 if start is None else int(np.searchsorted(edges, as_of - start * DAY)) + 1), end
