"""Scans: the passes that an engine makes over the events, each for the terms that share its rows and edges."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from features.arrays import Ints
from features.evaluate.plan import Plan, span_offsets
from features.events.computed_columns import GAP_COLUMNS
from features.language.terms import NEVER, UNBORN, Condition, Measure, Op, Span, Term, Where
from features.units import DAY

RowKind = Literal["all", "gaps", "first", "last", "distinct"]
Label = str | Condition  # a column of text, whose values are told apart, or a test that an event meets
MET = "met"  # the value of a label that is a test
EMPTY: dict[Op, int] = {"sum": 0, "min": UNBORN, "max": NEVER, "first": NEVER, "last": NEVER, "distinct": 0}


@dataclass(frozen=True)
class ScanTerm:
    """A term that a scan serves: its place among the plan's terms, its measure, the place of its case, its span."""

    at: int
    measure: Measure
    case: int
    span: Span


@dataclass(frozen=True)
class Scan:
    """One pass of an engine.

    ``rows`` are the rows it aggregates: all, those after an earlier one (gaps), the first, the last, or one for each
    distinct value of ``column``. ``labels`` tell the rows apart; ``cases`` are the combinations of their values that
    are aggregated. ``offsets`` (µs) say how long before a moment the edges between panes lie.
    """

    rows: RowKind
    column: str
    labels: tuple[Label, ...]
    cases: tuple[tuple[str, ...], ...]
    offsets: tuple[int, ...]
    terms: tuple[ScanTerm, ...]

    @property
    def aggregates(self) -> tuple[tuple[Op, str], ...]:
        """The operations, each with the column that it aggregates."""
        return tuple(sorted({(term.measure.op, term.measure.column) for term in self.terms}))

    @property
    def fingerprint(self) -> str:
        """Sixteen hex digits that change when anything of the scan does."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]

    @property
    def reads_gaps(self) -> bool:
        """Whether it aggregates the time since the event before."""
        return self.rows == "gaps" or self.column in GAP_COLUMNS

    def edges(self, as_of: Iterable[int]) -> Ints:
        """The edges between panes (µs, ascending) for all of these moments."""
        return np.unique(np.subtract.outer(np.array(list(as_of)), np.array(self.offsets)))

    def values(self, label: int) -> tuple[str, ...]:
        """The values of a label in all cases, sorted."""
        return tuple(sorted({case[label] for case in self.cases}))


def scans(plan: Plan) -> tuple[Scan, ...]:
    """The scans that give all terms of a plan."""
    groups: dict[tuple[RowKind, str, tuple[Label, ...]], dict[tuple[str, ...], list[tuple[int, Term]]]] = {}
    for at, term in enumerate(plan.terms):
        rows = _row_kind(term.measure)
        column = term.measure.column if rows in ("first", "last", "distinct") else ""
        labels = label_values(term.measure.where)
        cases = groups.setdefault((rows, column, tuple(labels)), {})
        cases.setdefault(tuple(labels.values()), []).append((at, term))
    return tuple(scan for key, cases in groups.items() for scan in _split_by_edges(*key, cases))


def _split_by_edges(
    rows: RowKind, column: str, labels: tuple[Label, ...], cases: dict[tuple[str, ...], list[tuple[int, Term]]]
) -> Iterable[Scan]:
    """A scan for each set of edges, so that no case is cut into more panes than it needs."""
    groups: dict[tuple[int, ...], list[tuple[str, ...]]] = {}
    for case, terms in cases.items():
        offsets = {0} | {offset for _, term in terms for offset in span_offsets(term)}
        groups.setdefault(tuple(sorted(offsets)), []).append(case)
    for edges, group in groups.items():
        scan_terms = [ScanTerm(at, t.measure, i, t.span) for i, case in enumerate(group) for at, t in cases[case]]
        yield Scan(rows, column, labels, tuple(group), edges, tuple(scan_terms))


def _row_kind(measure: Measure) -> RowKind:
    if measure.op in ("first", "last", "distinct"):
        return measure.op
    return "gaps" if measure.column in GAP_COLUMNS else "all"


def label_values(conditions: Where) -> dict[Label, str]:
    """The value of each label that conditions ask for: of a column of text its value, of any other test that it is met.

    >>> from features.language.terms import where
    >>> label_values(where(kind="order", category=["Tea", "Coffee"]))["kind"]
    'order'
    """
    labels: dict[Label, str] = {}
    for condition in conditions:
        plain = condition.single_value is not None and condition.column not in labels
        labels |= {condition.column: str(condition.single_value)} if plain else {condition: MET}
    return dict(sorted(labels.items(), key=lambda item: str(item[0])))


def panes_of(term: ScanTerm, edges: Ints, as_of: int) -> tuple[int, int]:
    """The range of panes that a term covers; pane 0 holds all that lies before the first edge.

    >>> edges = np.array([10, 20, 30]) * DAY
    >>> panes_of(ScanTerm(0, Measure("sum", "one"), 0, Span(10)), edges, 30 * DAY)
    (2, 3)
    """
    end = int(np.searchsorted(edges, as_of - term.span.end * DAY)) + 1
    start = term.span.start
    return (0 if start is None else int(np.searchsorted(edges, as_of - start * DAY)) + 1), end
