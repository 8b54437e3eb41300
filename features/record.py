"""One customer's record: their events column by column, moved on by each event, read on every request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt
import orjson

from features.columns import NUMBERS, TEXTS, whole
from features.formulas import Ints
from features.language import LOWEST

Codes = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]
Number = TypeVar("Number", np.int64, np.int32)
NONE = LOWEST  # an integer that is missing
_COLUMNS = frozenset(NUMBERS + TEXTS)
_ALWAYS = ("time", "order_line")  # are held whether an event fills them or not, and before all others


@dataclass(frozen=True)
class Record:
    """One customer's events in ``(time, event_id)`` order, and their attributes.

    Only columns are held that some event fills: ``numbers[integer, event]`` those named by ``integers``, ``NONE`` where
    missing; ``places[text, event]`` those named by ``words``, each text's place among its column's words, −1 for none.

    >>> visit, order = {"event_id": "a", "time": 1, "kind": "visit"}, {"event_id": "b", "time": 2, "kind": "order"}
    >>> record = Record.of([order, visit])
    >>> [record.words["kind"][c] for c in record.codes("kind")]
    ['visit', 'order']
    >>> Record.unpack(record.pack()).number("time").tolist()
    [1, 2]
    """

    integers: tuple[str, ...]
    numbers: Ints
    words: Mapping[str, list[str]]
    places: Codes
    attributes: Mapping[str, object]

    @classmethod
    def of(cls, events: Iterable[Mapping[str, object]], attributes: Mapping[str, object] | None = None) -> Record:
        """A record from canonical events in any order; an event delivered twice counts once."""
        unique = {cast(str, e["event_id"]): e for e in reversed(list(events))}
        rows = sorted(unique.values(), key=lambda e: (cast(int, e["time"]), cast(str, e["event_id"])))
        numbers = {c: [whole(c, e.get(c)) for e in rows] for c in NUMBERS}
        filled = {
            c: np.array([NONE if v is None else v for v in values], dtype=np.int64) for c, values in numbers.items()
        }
        return cls.from_columns(filled, {c: [e.get(c) for e in rows] for c in TEXTS}, attributes).numbered()

    @classmethod
    def from_columns(
        cls,
        numbers: Mapping[str, Ints],
        texts: Mapping[str, Sequence[object]],
        attributes: Mapping[str, object] | None = None,
    ) -> Record:
        """A record from columns that are in order already, their missing integers ``NONE``."""
        held = {c: values for c, values in numbers.items() if c in _ALWAYS or (values != NONE).any()}
        coded = {c: encode(cast("Sequence[str | None]", values)) for c, values in texts.items()}
        words = {c: found for c, (_, found) in coded.items() if found}
        count = len(numbers["time"])
        return cls(
            integers=tuple(held),
            numbers=np.array(list(held.values()), dtype=np.int64).reshape(len(held), count),
            words=words,
            places=np.array([coded[c][0] for c in words], dtype=np.int32).reshape(len(words), count),
            attributes=dict(attributes or {}),
        )

    def number(self, column: str) -> Ints:
        """An integer column, ``NONE`` where it is missing."""
        if column in self.integers:
            return cast(Ints, self.numbers[self.integers.index(column)])
        return np.full(self.numbers.shape[1], NONE)

    def codes(self, column: str) -> Codes:
        """A text column as places in its words, −1 where it is missing."""
        if column in self.words:
            return cast(Codes, self.places[list(self.words).index(column)])
        return np.full(self.numbers.shape[1], -1, dtype=np.int32)

    def is_(self, column: str, value: str) -> Mask:
        """Which events have this text in a column."""
        words = self.words.get(column, [])
        mask: Mask = self.codes(column) == (words.index(value) if value in words else -2)
        return mask

    @property
    def last_time(self) -> int | None:
        """The time of the last event, if there is one."""
        return int(self.numbers[0, -1]) if self.numbers.shape[1] else None

    def append(self, events: Iterable[Mapping[str, object]]) -> Record:
        """The record moved on by more events, each put where it belongs; one that is there already changes nothing."""
        record = self
        for event in events:
            if event["event_id"] not in record.words.get("event_id", ()):
                record = record._with(event)
        return record

    def _with(self, event: Mapping[str, object]) -> Record:
        wide = self._holding([c for c, value in event.items() if value is not None and c in _COLUMNS])
        at = wide._position(cast(int, event["time"]), cast(str, event["event_id"]))
        words, places = dict(wide.words), np.empty(len(wide.words), dtype=np.int32)
        for i, column in enumerate(words):
            places[i], words[column] = _place(words[column], cast("str | None", event.get(column)))
        known = [whole(c, event.get(c)) for c in wide.integers]
        number = np.array([NONE if value is None else value for value in known])
        number[1] = 1 if event["kind"] == "order" else NONE
        moved = replace(
            wide, numbers=_insert(wide.numbers, number, at), words=words, places=_insert(wide.places, places, at)
        )
        if number[1] == 1 and event.get("order_id") is not None:
            lines = moved.is_("order_id", cast(str, event["order_id"])) & moved.is_("kind", "order")
            moved.numbers[1, lines] = np.arange(1, lines.sum() + 1)
        return moved

    def _holding(self, columns: Iterable[str]) -> Record:
        """The record with room for these columns."""
        integers = tuple(c for c in columns if c in NUMBERS and c not in self.integers)
        texts = [c for c in columns if c in TEXTS and c not in self.words]
        if not integers and not texts:
            return self
        count = self.numbers.shape[1]
        return replace(
            self,
            integers=(*self.integers, *integers),
            numbers=np.vstack([self.numbers, np.full((len(integers), count), NONE)]),
            words={**self.words, **{c: [] for c in texts}},
            places=np.vstack([self.places, np.full((len(texts), count), -1, dtype=np.int32)]),
        )

    def numbered(self) -> Record:
        """The same with the lines of each order numbered as the lake numbers them, whatever order they came in."""
        order = self.is_("kind", "order")
        lines = np.where(order, 1, NONE)
        named = np.flatnonzero(order & (self.codes("order_id") >= 0))
        grouped = named[np.argsort(self.codes("order_id")[named], kind="stable")]
        starts = np.flatnonzero(np.diff(self.codes("order_id")[grouped], prepend=-1))
        lines[grouped] = np.arange(1, len(grouped) + 1) - np.repeat(starts, np.diff(starts, append=len(grouped)))
        return replace(self, numbers=np.vstack([self.numbers[:1], lines, self.numbers[2:]]))

    def _position(self, time: int, event_id: str) -> int:
        at = int(np.searchsorted(self.numbers[0], time, side="right"))
        ids, names = self.codes("event_id"), self.words["event_id"]
        while at and self.numbers[0, at - 1] == time and names[ids[at - 1]] > event_id:
            at -= 1
        return at

    def pack(self) -> bytes:
        """The record as bytes: a JSON header line, then the arrays as they lie in memory."""
        head = {
            "events": self.numbers.shape[1],
            "integers": self.integers,
            "words": self.words,
            "attributes": self.attributes,
        }
        return b"\n".join([orjson.dumps(head), self.numbers.tobytes() + self.places.tobytes()])

    @classmethod
    def unpack(cls, data: bytes) -> Record:
        """The record that :meth:`pack` wrote."""
        end = data.index(b"\n")
        head = orjson.loads(data[:end])
        count, integers, words, at = head["events"], tuple(head["integers"]), head["words"], end + 1
        numbers = np.frombuffer(data, np.int64, len(integers) * count, at).reshape(len(integers), count)
        places = np.frombuffer(data, np.int32, len(words) * count, at + numbers.nbytes).reshape(len(words), count)
        return cls(integers, numbers, words, places, head["attributes"])


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
