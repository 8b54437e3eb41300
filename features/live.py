"""The evaluator over one customer's record: the same features as over frames, in microseconds instead of seconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np

from features.formulas import NEVER, UNBORN, Floats, Ints
from features.language import COLUMNS, GAP_COLUMNS, Arithmetic, Measure, Where
from features.plan import Panes, Plan, finish
from features.record import Codes, Mask, Record
from features.units import MINUTE


@dataclass(frozen=True)
class Live:
    """A plan made ready for single records: each condition and each column is looked at once, whatever reads it."""

    plan: Plan

    @cached_property
    def wheres(self) -> tuple[Where, ...]:
        """Every condition once."""
        measures = (*self.plan.sums, *self.plan.firsts, *self.plan.lasts, *self.plan.distinct)
        return tuple(sorted({m.where for m in measures}))

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Every integer column that is added up."""
        return tuple(sorted({m.column for m in self.plan.sums}))

    @cached_property
    def sums(self) -> tuple[Ints, Ints]:
        """The condition and the column of each sum."""
        columns = [self.columns.index(m.column) for m in self.plan.sums]
        return self._conditions(self.plan.sums), np.array(columns, dtype=np.int64)

    @cached_property
    def firsts(self) -> Ints:
        """The condition of each earliest time."""
        return self._conditions(self.plan.firsts)

    @cached_property
    def lasts(self) -> Ints:
        """The condition of each latest time."""
        return self._conditions(self.plan.lasts)

    @cached_property
    def distinct(self) -> Ints:
        """The condition of each count of different values."""
        return self._conditions(self.plan.distinct)

    def _conditions(self, measures: Sequence[Measure]) -> Ints:
        return np.array([self.wheres.index(m.where) for m in measures], dtype=np.int64)

    def vector(self, record: Record, *, as_of: int) -> Floats:
        """The feature values at ``as_of``, equal to the frame's row."""
        plan, time = self.plan, record.numbers[0]
        edges = plan.edges(as_of)
        upto = time.searchsorted(edges, side="right")
        masks = self._masks(record)
        known, chosen = time[: upto[-1]], masks[:, : upto[-1]]
        panes = Panes(
            sums=self._running(record, masks)[None, :, upto],
            firsts=np.where(chosen[self.firsts], known, UNBORN).min(axis=1, initial=UNBORN)[None],
            lasts=np.where(chosen[self.lasts], known, NEVER).max(axis=1, initial=NEVER)[None],
            distinct=np.array(
                [[_last_seen(_values(record, m.column), chosen[w], time, edges) for m, w in self._different]],
                dtype=np.int64,
            ).reshape(1, len(plan.distinct), len(edges) + 1),
            codes=np.array([plan.codes(record.attributes)], dtype=np.float64).reshape(1, len(plan.coded)),
        )
        vector: Floats = finish(plan, panes, as_of=as_of)[0]
        return vector

    @cached_property
    def _different(self) -> list[tuple[Measure, int]]:
        return list(zip(self.plan.distinct, self.distinct.tolist(), strict=True))

    @cached_property
    def _asked(self) -> list[tuple[str, list[str], Ints]]:
        """Of each column that conditions ask about: the values asked for, and for each condition which one, or any."""
        out = []
        for column in sorted({column for where in self.wheres for column, _ in where}):
            wanted = [dict(where).get(column) for where in self.wheres]
            values = sorted({value for value in wanted if value is not None})
            places = [len(values) if value is None else values.index(value) for value in wanted]
            out.append((column, values, np.array(places, dtype=np.int64)))
        return out

    def _masks(self, record: Record) -> Mask:
        """``[condition, event]``, each single comparison made once."""
        masks = np.ones((len(self.wheres), record.numbers.shape[1]), dtype=np.bool_)
        for column, values, places in self._asked:
            known = {word: code for code, word in enumerate(record.words[column])}
            codes = np.array([known.get(value, -2) for value in values])
            single = np.ones((len(values) + 1, masks.shape[1]), dtype=np.bool_)  # the last row: any value
            np.equal(codes[:, None], record.codes[column], out=single[:-1])
            masks &= single[places]
        return masks

    def _running(self, record: Record, masks: Mask) -> Ints:
        """``[measure, 1 + event]``: each sum over the events before."""
        gaps = _gaps(record)
        columns = np.array([gaps[c] if c in gaps else _integers(record, c) for c in self.columns])
        conditions, chosen = self.sums
        running = np.zeros((len(self.plan.sums), masks.shape[1] + 1), dtype=np.int64)
        if running.size:
            np.cumsum(columns[chosen] * masks[conditions], axis=1, out=running[:, 1:])
        return running


def _integers(record: Record, name: str) -> Ints:
    get = cast(Callable[[str], Arithmetic], record.integers.__getitem__)
    return cast(Ints, COLUMNS[name](get)).astype(np.int64)


def _gaps(record: Record) -> dict[str, Ints]:
    """The gap columns: of an order that has one before it; 0 elsewhere, as sums pass over nothing."""
    opening = record.is_("kind", "order") & (record.integers["order_line"] == 1)
    at = opening.nonzero()[0]
    gaps = cast(Arithmetic, np.diff(record.numbers[0][at]) // MINUTE)
    out = {name: np.zeros(len(opening), dtype=np.int64) for name in GAP_COLUMNS}
    for name, compute in GAP_COLUMNS.items():
        out[name][at[1:]] = cast(Ints, compute(lambda _: gaps))
    return out


def _values(record: Record, column: str) -> Ints | Codes:
    return _integers(record, column) if column in COLUMNS else record.codes[column]


def _last_seen(values: Ints | Codes, chosen: Mask, time: Ints, edges: Ints) -> Ints:
    """How many values there were ever, then how many were last seen after each edge."""
    at = np.flatnonzero(chosen & (values[: len(chosen)] >= 0))
    order = at[values[at].argsort(kind="stable")]  # equal values together, each run in the order of time
    sorted_ = values[order]
    last = np.ones(len(order), dtype=np.bool_)
    np.not_equal(sorted_[1:], sorted_[:-1], out=last[:-1])
    times = np.sort(time[order[last]])
    out = np.empty(len(edges) + 1, dtype=np.int64)
    out[0] = len(times)
    np.subtract(len(times), times.searchsorted(edges, side="right"), out=out[1:])
    return out
