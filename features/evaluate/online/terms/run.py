"""The events of several customers laid one after the other, so that one pass over them serves all."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from features.arrays import Ints
from features.evaluate.online.record import NONE, Record

EVENTS = 8_000  # of a run, about: what is computed of them should stay near the processor


@dataclass(frozen=True)
class Run:
    """Events of customers up to a moment, in one record; those of the i-th lie from ``bounds[i]`` to ``bounds[i+1]``.

    Words of several customers are not told apart from equal ones: only within a customer are they distinct.
    """

    record: Record
    bounds: Ints

    @classmethod
    def of(cls, records: Sequence[Record], counts: Sequence[int], texts: Collection[str]) -> Run:
        """The first so many events of each record, with these columns of text.

        >>> visits = [Record.of([{"event_id": "a", "time": at, "kind": "visit"}]) for at in (1, 2)]
        >>> run = Run.of(visits, [1, 1], ["kind"])
        >>> run.record.number("time").tolist(), run.record.codes("kind").tolist(), run.bounds.tolist()
        ([1, 2], [0, 1], [0, 1, 2])
        """
        bounds = np.zeros(len(records) + 1, dtype=np.int64)
        np.cumsum(counts, out=bounds[1:])
        if len(records) == 1:
            return cls(records[0], bounds)
        columns = tuple(dict.fromkeys(column for record in records for column in record.number_columns))
        words: dict[str, list[str]] = {column: [] for column in texts}
        numbers, codes = np.full((len(columns), bounds[-1]), NONE), np.full((len(words), bounds[-1]), -1, np.int32)
        for record, count, start in zip(records, counts, bounds.tolist(), strict=False):
            here = slice(start, start + count)
            numbers[_places(record.number_columns, columns), here] = record.numbers[:, :count]
            told = tuple(column for column in words if column in record.words)
            own = record.text_codes[_places(told, tuple(record.words)), :count]
            before = np.array([len(words[column]) for column in told], dtype=np.int32)
            codes[_places(told, tuple(words)), here] = np.where(own >= 0, own + before[:, None], -1)
            for column in told:
                words[column] += record.words[column]
        return cls(Record(columns, numbers, words, codes, {}), bounds)


def runs(counts: Sequence[int]) -> Iterator[slice]:
    """Customers of so many events each, as many together as a run takes.

    >>> [(each.start, each.stop) for each in runs([6_000, 1_600, 12_000, 40])]
    [(0, 2), (2, 3), (3, 4)]
    """
    start = size = 0
    for place, count in enumerate(counts):
        if place > start and size + count > EVENTS:
            yield slice(start, place)
            start, size = place, 0
        size += count
    if len(counts) > start:
        yield slice(start, len(counts))


@lru_cache(maxsize=4096)
def _places(names: tuple[str, ...], among: tuple[str, ...]) -> Ints:
    """The place of each name among others."""
    return np.array([among.index(name) for name in names], dtype=np.int64)
