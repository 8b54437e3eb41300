"""The evaluator over one customer's record: the same features as over frames, in microseconds instead of seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np
import numpy.typing as npt
import orjson

from features.fitted import FeatureSet
from features.language import COLUMNS, GAP_COLUMNS, Arithmetic, Measure, Where
from features.plan import NEVER, UNBORN, Floats, Ints, Panes, finish
from features.profiles import code_row
from features.units import MINUTE

INTEGERS = ("time", "order_line", "value", "discount")
TEXTS = ("event_id", "kind", "channel", "category", "order_id", "item_id", "campaign_id", "offer_id")


@dataclass(frozen=True)
class Record:
    """One customer's events in ``(time, event_id)`` order, column by column, and their attributes.

    >>> visit, order = {"event_id": "a", "time": 1, "kind": "visit"}, {"event_id": "b", "time": 2, "kind": "order"}
    >>> record = Record.of([order, visit])
    >>> [record.words["kind"][c] for c in record.codes["kind"]]
    ['visit', 'order']
    >>> Record.unpack(record.pack()).integers["time"].tolist()
    [1, 2]
    """

    integers: Mapping[str, Ints]
    codes: Mapping[str, npt.NDArray[np.int32]]
    words: Mapping[str, list[str]]
    attributes: Mapping[str, object]

    @classmethod
    def of(cls, events: Iterable[Mapping[str, object]], attributes: Mapping[str, object] | None = None) -> Record:
        """A record from canonical events in any order; an event delivered twice counts once."""
        unique = {cast(str, e["event_id"]): e for e in reversed(list(events))}
        rows = sorted(unique.values(), key=lambda e: (cast(int, e["time"]), cast(str, e["event_id"])))
        integers = {c: np.array([cast(int, e.get(c)) or 0 for e in rows], dtype=np.int64) for c in INTEGERS}
        coded = {c: encode([cast("str | None", e.get(c)) for e in rows]) for c in TEXTS}
        codes, words = {c: v[0] for c, v in coded.items()}, {c: v[1] for c, v in coded.items()}
        return cls(integers, codes, words, dict(attributes or {}))

    def events(self) -> list[dict[str, object]]:
        """The events as rows again."""
        columns: dict[str, list[object]] = {c: v.tolist() for c, v in self.integers.items()}
        for c, codes in self.codes.items():
            columns[c] = [self.words[c][i] if i >= 0 else None for i in codes]
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    def append(self, events: Iterable[Mapping[str, object]]) -> Record:
        """The record moved on by more events, late and duplicate ones included."""
        return Record.of([*self.events(), *events], self.attributes)

    @property
    def last_time(self) -> int | None:
        """The time of the last event, if there is one."""
        time = self.integers["time"]
        return int(time[-1]) if len(time) else None

    def pack(self) -> bytes:
        """The record as bytes: a JSON header line, then the arrays as they lie in memory."""
        head = orjson.dumps({"rows": len(self.integers["time"]), "words": self.words, "attributes": self.attributes})
        arrays = [self.integers[c].tobytes() for c in INTEGERS] + [self.codes[c].tobytes() for c in TEXTS]
        return b"\n".join([head, b"".join(arrays)])

    @classmethod
    def unpack(cls, data: bytes) -> Record:
        """The record that :meth:`pack` wrote."""
        end = data.index(b"\n")
        head = orjson.loads(data[:end])
        rows, at = head["rows"], end + 1
        integers = {c: np.frombuffer(data, np.int64, rows, at + 8 * rows * i) for i, c in enumerate(INTEGERS)}
        at += 8 * rows * len(INTEGERS)
        codes = {c: np.frombuffer(data, np.int32, rows, at + 4 * rows * i) for i, c in enumerate(TEXTS)}
        return cls(integers, codes, head["words"], head["attributes"])

    @cached_property
    def _masks(self) -> dict[Where, npt.NDArray[np.bool_]]:
        return {}

    def where(self, where: Where) -> npt.NDArray[np.bool_]:
        """Which events meet every condition; remembered, as many measures share one."""
        if where not in self._masks:
            mask = np.ones(len(self.integers["time"]), dtype=np.bool_)
            for column, value in where:
                words = self.words[column]
                mask &= self.codes[column] == (words.index(value) if value in words else -2)
            self._masks[where] = mask
        return self._masks[where]


def record_vector(feature_set: FeatureSet, record: Record, *, as_of: int) -> Floats:
    """One customer's feature values at ``as_of``, in the order of ``feature_set.names``, equal to the frame's row."""
    plan = feature_set.plan
    edges = plan.edges(as_of)
    time = record.integers["time"]
    upto = np.searchsorted(time, edges, side="right")
    columns = _Columns(record)
    sums = np.stack([columns.masked(m, 0) for m in plan.sums]) if plan.sums else np.empty((0, len(time)), np.int64)
    running = np.zeros((len(plan.sums), len(time) + 1), dtype=np.int64)
    np.cumsum(sums, axis=1, out=running[:, 1:])
    n = upto[-1]
    panes = Panes(
        sums=running[None, :, upto],
        firsts=np.array([[columns.masked(m, UNBORN)[:n].min(initial=UNBORN) for m in plan.firsts]], dtype=np.int64),
        lasts=np.array([[columns.masked(m, NEVER)[:n].max(initial=NEVER) for m in plan.lasts]], dtype=np.int64),
        distinct=np.array([[columns.last_seen(m, n, edges) for m in plan.distinct]], dtype=np.int64).reshape(
            1, len(plan.distinct), len(edges) + 1
        ),
        codes=np.array([code_row(plan, dict(record.attributes))], dtype=np.float64).reshape(1, len(plan.coded)),
    )
    vector: Floats = finish(plan, panes, as_of=as_of)[0]
    return vector


class _Columns:
    """A record's integer columns, each computed once."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.known: dict[str, Ints] = {}
        self.orders = record.where((("kind", "order"),)) & (record.integers["order_line"] == 1)

    def column(self, name: str) -> Ints:
        if name not in self.known:
            compute = COLUMNS.get(name) or GAP_COLUMNS[name]
            get = self.gap if name in GAP_COLUMNS else self.record.integers.__getitem__
            value = cast(Ints, compute(cast(Callable[[str], Arithmetic], get))).astype(np.int64)
            self.known[name] = np.where(self.followers, value, 0) if name in GAP_COLUMNS else value
        return self.known[name]

    def gap(self, _name: str) -> Ints:
        at = np.flatnonzero(self.orders)
        out = np.zeros(len(self.orders), dtype=np.int64)
        out[at[1:]] = np.diff(self.record.integers["time"][at]) // MINUTE
        return out

    @cached_property
    def followers(self) -> npt.NDArray[np.bool_]:
        """Orders that have one before them."""
        followers: npt.NDArray[np.bool_] = self.orders & (np.cumsum(self.orders) > 1)
        return followers

    def masked(self, measure: Measure, empty: int) -> Ints:
        return np.where(self.record.where(measure.where), self.column(measure.column), empty)

    def last_seen(self, measure: Measure, n: int, edges: Ints) -> Ints:
        """How many values there were ever, then how many were last seen after each edge."""
        values = self.column(measure.column) if measure.column in COLUMNS else self.record.codes[measure.column]
        keep = np.flatnonzero(self.record.where(measure.where)[:n] & (values[:n] >= 0))[::-1]
        _, first = np.unique(values[keep], return_index=True)
        times = np.sort(self.record.integers["time"][keep[first]])
        return np.concatenate([[len(times)], len(times) - np.searchsorted(times, edges, side="right")])


def encode(values: list[str | None]) -> tuple[npt.NDArray[np.int32], list[str]]:
    """Each value's place among the different ones, in the order they first come; −1 for none."""
    words: dict[str, int] = {}
    codes = [-1 if v is None else words.setdefault(v, len(words)) for v in values]
    return np.array(codes, dtype=np.int32), list(words)
