"""One customer's record: their events column by column, moved on by each event, read on every request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt
import orjson

from features.formulas import Ints
from features.language import Where

Codes = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]
Number = TypeVar("Number", np.int64, np.int32)
INTEGERS = ("time", "order_line", "value", "discount")
TEXTS = ("event_id", "kind", "channel", "category", "order_id", "item_id", "campaign_id", "offer_id")


@dataclass(frozen=True)
class Record:
    """One customer's events in ``(time, event_id)`` order, and their attributes.

    ``numbers`` is ``[INTEGERS, event]``, nulls as 0; ``places`` is ``[TEXTS, event]``, each text's place in ``words``,
    −1 for none.

    >>> visit, order = {"event_id": "a", "time": 1, "kind": "visit"}, {"event_id": "b", "time": 2, "kind": "order"}
    >>> record = Record.of([order, visit])
    >>> [record.words["kind"][c] for c in record.codes["kind"]]
    ['visit', 'order']
    >>> Record.unpack(record.pack()).integers["time"].tolist()
    [1, 2]
    """

    numbers: Ints
    places: Codes
    words: Mapping[str, list[str]]
    attributes: Mapping[str, object]

    @classmethod
    def of(cls, events: Iterable[Mapping[str, object]], attributes: Mapping[str, object] | None = None) -> Record:
        """A record from canonical events in any order; an event delivered twice counts once."""
        unique = {cast(str, e["event_id"]): e for e in reversed(list(events))}
        rows = sorted(unique.values(), key=lambda e: (cast(int, e["time"]), cast(str, e["event_id"])))
        numbers = np.array([[cast(int, e.get(c)) or 0 for e in rows] for c in INTEGERS], dtype=np.int64)
        return cls.from_columns(numbers, [[e.get(c) for e in rows] for c in TEXTS], attributes).numbered()

    @classmethod
    def from_columns(
        cls, numbers: Ints, texts: Sequence[Sequence[object]], attributes: Mapping[str, object] | None = None
    ) -> Record:
        """A record from columns that are in order already."""
        coded = [encode(cast("Sequence[str | None]", column)) for column in texts]
        words = {c: words for c, (_, words) in zip(TEXTS, coded, strict=True)}
        return cls(numbers, np.array([codes for codes, _ in coded], dtype=np.int32), words, dict(attributes or {}))

    @cached_property
    def integers(self) -> dict[str, Ints]:
        """Each integer column by name."""
        return dict(zip(INTEGERS, self.numbers, strict=True))

    @cached_property
    def codes(self) -> dict[str, Codes]:
        """Each text column's places by name."""
        return dict(zip(TEXTS, self.places, strict=True))

    @property
    def last_time(self) -> int | None:
        """The time of the last event, if there is one."""
        return int(self.numbers[0, -1]) if self.numbers.shape[1] else None

    def append(self, events: Iterable[Mapping[str, object]]) -> Record:
        """The record moved on by more events, each put where it belongs; one that is there already changes nothing."""
        record = self
        for event in events:
            if event["event_id"] not in record.words["event_id"]:
                record = record._with(event)
        return record

    def _with(self, event: Mapping[str, object]) -> Record:
        at = self._position(cast(int, event["time"]), cast(str, event["event_id"]))
        words, places = dict(self.words), np.empty(len(TEXTS), dtype=np.int32)
        for i, column in enumerate(TEXTS):
            places[i], words[column] = _place(words[column], cast("str | None", event.get(column)))
        number = np.array([cast(int, event.get(c)) or 0 for c in INTEGERS], dtype=np.int64)
        number[1] = event["kind"] == "order"
        moved = Record(_insert(self.numbers, number, at), _insert(self.places, places, at), words, self.attributes)
        return moved.numbered() if number[1] and event.get("order_id") in self.words["order_id"] else moved

    def numbered(self) -> Record:
        """The same with the lines of each order numbered as the lake numbers them, whatever order they came in."""
        lines = self.is_("kind", "order").astype(np.int64)
        named = np.flatnonzero((lines == 1) & (self.codes["order_id"] >= 0))
        grouped = named[np.argsort(self.codes["order_id"][named], kind="stable")]
        starts = np.flatnonzero(np.diff(self.codes["order_id"][grouped], prepend=-1))
        lines[grouped] = np.arange(1, len(grouped) + 1) - np.repeat(starts, np.diff(starts, append=len(grouped)))
        return replace(self, numbers=np.vstack([self.numbers[:1], lines, self.numbers[2:]]))

    def _position(self, time: int, event_id: str) -> int:
        at = int(np.searchsorted(self.numbers[0], time, side="right"))
        ids, names = self.places[0], self.words["event_id"]
        while at and self.numbers[0, at - 1] == time and names[ids[at - 1]] > event_id:
            at -= 1
        return at

    def pack(self) -> bytes:
        """The record as bytes: a JSON header line, then the arrays as they lie in memory."""
        head = {"events": self.numbers.shape[1], "words": self.words, "attributes": self.attributes}
        return b"\n".join([orjson.dumps(head), self.numbers.tobytes() + self.places.tobytes()])

    @classmethod
    def unpack(cls, data: bytes) -> Record:
        """The record that :meth:`pack` wrote."""
        end = data.index(b"\n")
        head = orjson.loads(data[:end])
        count, at = head["events"], end + 1
        numbers = np.frombuffer(data, np.int64, len(INTEGERS) * count, at).reshape(-1, count)
        places = np.frombuffer(data, np.int32, len(TEXTS) * count, at + numbers.nbytes).reshape(-1, count)
        return cls(numbers, places, head["words"], head["attributes"])

    def where(self, where: Where) -> Mask:
        """Which events meet every condition."""
        mask = np.ones(self.numbers.shape[1], dtype=np.bool_)
        for column, value in where:
            mask &= self.is_(column, value)
        return mask

    def is_(self, column: str, value: str) -> Mask:
        """Which events have this text in a column."""
        words = self.words[column]
        mask: Mask = self.codes[column] == (words.index(value) if value in words else -2)
        return mask


def encode(values: Sequence[str | None]) -> tuple[list[int], list[str]]:
    """Each value's place among the different ones, in the order they first come; −1 for none."""
    words: dict[str, int] = {}
    codes = [-1 if v is None else words.setdefault(v, len(words)) for v in values]
    return codes, list(words)


def _place(words: list[str], value: str | None) -> tuple[int, list[str]]:
    if value is None:
        return -1, words
    if value in words:
        return words.index(value), words
    return len(words), [*words, value]


def _insert(rows: npt.NDArray[Number], column: npt.NDArray[Number], at: int) -> npt.NDArray[Number]:
    out = np.empty((rows.shape[0], rows.shape[1] + 1), dtype=rows.dtype)
    out[:, :at], out[:, at], out[:, at + 1 :] = rows[:, :at], column, rows[:, at:]
    return out
