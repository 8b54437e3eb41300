"""One customer's record: their events column by column, moved on by each event, read on every request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt
import orjson

from features.arrays import Codes, Ints, Mask
from features.events.columns import NUMBERS, TEXTS, whole
from features.language.terms import LOWEST

Number = TypeVar("Number", np.int64, np.int32)
NONE = LOWEST  # an integer that is missing
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
        numbers = {c: [_whole(c, e.get(c)) for e in rows] for c in NUMBERS}
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
        wide = self._holding(event)
        at = wide._position(cast(int, event["time"]), cast(str, event["event_id"]))
        words, places = _placed(wide.words, event)
        number = np.array([_whole(c, event.get(c)) for c in wide.integers], dtype=np.int64)
        number[1] = 1 if event["kind"] == "order" else NONE
        numbers, codes = _insert(wide.numbers, number, at), _insert(wide.places, np.array(places, dtype=np.int32), at)
        moved = Record(wide.integers, numbers, words, codes, self.attributes)
        if number[1] == 1 and event.get("order_id") is not None:
            lines = (moved.codes("order_id") == moved.codes("order_id")[at]) & moved.is_("kind", "order")
            numbers[1, lines] = np.arange(1, np.count_nonzero(lines) + 1)
        return moved

    def _holding(self, event: Mapping[str, object]) -> Record:
        """The record with room for the columns that an event fills."""
        integers = tuple(c for c in NUMBERS if c not in self.integers and event.get(c) is not None)
        texts = [c for c in TEXTS if c not in self.words and event.get(c) is not None]
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
        at = int(self.numbers[0].searchsorted(time, side="right"))
        if at and self.numbers[0, at - 1] == time:
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


def _placed(words: Mapping[str, list[str]], event: Mapping[str, object]) -> tuple[dict[str, list[str]], list[int]]:
    """The words with those of an event that has not been there, and the place of each."""
    known, places = dict(words), []
    for column, held in words.items():
        value = cast("str | None", event.get(column))
        if value is None:
            places.append(-1)
        elif column != "event_id" and value in held:
            places.append(held.index(value))
        else:
            places.append(len(held))
            known[column] = [*held, value]
    return known, places


def _whole(column: str, value: object) -> int:
    number = whole(column, value)
    return NONE if number is None else number


def _insert(rows: npt.NDArray[Number], column: npt.NDArray[Number], at: int) -> npt.NDArray[Number]:
    out = np.empty((rows.shape[0], rows.shape[1] + 1), dtype=rows.dtype)
    out[:, :at], out[:, at], out[:, at + 1 :] = rows[:, :at], column, rows[:, at:]
    return out
