"""One customer's record: their events column by column, in the order of time, and what is known of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import starmap
from typing import Any, cast

import numpy as np
import orjson

from features.arrays import Codes, Ints, Mask
from features.errors import StamkundError
from features.evaluate.online.packing import integers
from features.evaluate.online.packing.compression import compress, decompress
from features.evaluate.online.traits import Claim, Claims, Snapshot, Traits, traits_of
from features.events.columns import NUMBERS, TEXTS, integer_of, order_of
from features.events.knowledge import answers_at_once
from features.events.statements.statement import SAID_NUMBERS, SAID_TEXTS, with_own_words
from features.language.terms import LOWEST
from features.privacy.voices import Name

FORMAT = "9"  # of packed records; records of another format are made anew from the lake
_FORMAT = f"{FORMAT}\n".encode()
NONE = LOWEST  # an integer that is missing
ALWAYS = ("time", "order_line")  # columns that every record has, before all others
RECORD_NUMBERS, RECORD_TEXTS = (*NUMBERS, *SAID_NUMBERS), (*TEXTS, *SAID_TEXTS)


@dataclass(frozen=True)
class Record:
    """One customer's events in the order ``(time, event_id, source)``, their attributes, and their traits likewise.

    ``snapshots`` are in the order of time. ``names`` tell, where statements are of several fragments, what the person
    of each was called from when on. ``claims`` are kept of attributes for which a rule chooses among several rows.
    ``worked_out`` is what readers have found, each under a name: it need not be found again in the same record.

    Only columns that some event fills are there. ``numbers[i, event]`` int64 is the column ``number_columns[i]``,
    ``NONE`` where it is empty. ``text_codes[i, event]`` int32 is the i-th column of ``words``: the place of the text
    among the words of its column, −1 where it is empty.

    >>> visit, order = {"event_id": "a", "time": 1, "kind": "visit"}, {"event_id": "b", "time": 2, "kind": "order"}
    >>> record = Record.of([order, visit])
    >>> [record.words["kind"][c] for c in record.codes("kind")]
    ['visit', 'order']
    >>> Record.unpack(record.pack()).number("time").tolist()
    [1, 2]
    """

    number_columns: tuple[str, ...]
    numbers: Ints
    words: Mapping[str, list[str]]
    text_codes: Codes
    attributes: Mapping[str, object]
    traits: tuple[Traits, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()
    names: tuple[Name, ...] = ()
    claims: Claims = field(default_factory=dict)
    worked_out: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of(
        cls,
        events: Iterable[Mapping[str, object]],
        attributes: Mapping[str, object] | None = None,
        snapshots: Iterable[Snapshot] = (),
    ) -> Record:
        """A record from canonical events in any order; an event that comes twice counts once.

        An event is known by its source and its id: two sources may use the same ids.
        """
        unique = {order_of(e)[1:]: e for e in reversed(list(events))}
        rows = [with_own_words(event) for event in sorted(unique.values(), key=order_of)]
        numbers = {c: np.array([integer(c, e.get(c)) for e in rows], dtype=np.int64) for c in RECORD_NUMBERS}
        texts = {c: [e.get(c) for e in rows] for c in RECORD_TEXTS}
        traits = [t for e in rows if (t := traits_of(e)) is not None]
        record = cls.from_columns(numbers, texts, attributes, traits, snapshots)
        return record.with_order_lines().with_answers_after()

    @classmethod
    def from_columns(
        cls,
        numbers: Mapping[str, Ints],
        texts: Mapping[str, Sequence[object]],
        attributes: Mapping[str, object] | None = None,
        traits: Iterable[Traits] = (),
        snapshots: Iterable[Snapshot] = (),
    ) -> Record:
        """A record from columns whose events are in order already, missing integers as ``NONE``."""
        filled = {c: values for c, values in numbers.items() if c in ALWAYS or (values != NONE).any()}
        encoded = {c: encode(cast("Sequence[str | None]", values)) for c, values in texts.items()}
        words = {c: column_words for c, (_, column_words) in encoded.items() if column_words}
        count = len(numbers["time"])
        return cls(
            number_columns=tuple(filled),
            numbers=np.array(list(filled.values()), dtype=np.int64).reshape(len(filled), count),
            words=words,
            text_codes=np.array([encoded[c][0] for c in words], dtype=np.int32).reshape(len(words), count),
            attributes=dict(attributes or {}),
            traits=tuple(traits),
            snapshots=tuple(snapshots),
        )

    def number(self, column: str) -> Ints:
        """``[event]``: an integer column, ``NONE`` where it is empty."""
        if column in self.number_columns:
            return cast(Ints, self.numbers[self.number_columns.index(column)])
        return np.full(self.numbers.shape[1], NONE)

    def codes(self, column: str) -> Codes:
        """``[event]``: a text column as places among its words, −1 where it is empty."""
        if column in self.words:
            return cast(Codes, self.text_codes[list(self.words).index(column)])
        return np.full(self.numbers.shape[1], -1, dtype=np.int32)

    def texts(self, column: str, at: Ints) -> list[str]:
        """A text column of the events at some places, empty texts where it is empty."""
        words = [*self.words.get(column, ()), ""]  # −1, for none, is the last
        return [words[code] for code in self.codes(column)[at]]

    def equals(self, column: str, value: str) -> Mask:
        """``[event]``: whether a text column holds this value."""
        words = self.words.get(column, [])
        if value not in words:
            return np.zeros(self.numbers.shape[1], dtype=np.bool_)
        mask: Mask = self.codes(column) == words.index(value)
        return mask

    def traits_at(self, as_of: int) -> dict[str, object]:
        """The attributes, and over them what ``identify`` events gave up to ``as_of``, later over earlier."""
        values = dict(self.attributes)
        for traits in self.traits:
            if traits.time <= as_of and traits.known_at <= as_of:
                values |= traits.values
        return values

    def with_order_lines(self, at: Ints | None = None) -> Record:
        """The record with the lines of each source's orders numbered from 1 in its own order, as the lake's are.

        With ``at``, the places of some lines, only the orders that these are of are numbered anew.
        """
        order = self.equals("kind", "order")
        orders = self.codes("order_id") * (len(self.words.get("source", ())) + 1) + self.codes("source")
        if at is None:
            lines, about = np.where(order, 1, NONE), order & (self.codes("order_id") >= 0)
        else:
            lines, about = self.numbers[1].copy(), order & np.isin(orders, orders[at])
        named = np.flatnonzero(about)
        by_order = np.argsort(orders[named], kind="stable")
        grouped, sorted_orders = named[by_order], orders[named][by_order]
        starts = np.flatnonzero(np.diff(sorted_orders, prepend=-2))
        lines[grouped] = np.arange(1, len(grouped) + 1) - np.repeat(starts, np.diff(starts, append=len(grouped)))
        return replace(self, numbers=np.vstack([self.numbers[:1], lines, self.numbers[2:]]))

    def with_answers_after(self) -> Record:
        """The record with answers at the very moment of a question known a microsecond after it, as the lake's are."""
        known_at = self.number("known_at").copy()
        at = answers_at_once(self.words.get("kind", []), self.codes("kind"), self.numbers[0], known_at)
        if not len(at):
            return self
        others = [i for i, name in enumerate(self.number_columns) if name != "known_at"]
        known_at[at] = np.maximum(known_at[at], self.numbers[0, at] + 1)
        columns = (*(self.number_columns[i] for i in others), "known_at")
        return replace(self, number_columns=columns, numbers=np.vstack([self.numbers[others], known_at]))

    def pack(self) -> bytes:
        """The record as bytes: its format, and compressed a line of JSON and the integers."""
        number_widths, numbers = integers.pack(self.numbers)
        code_widths, codes = integers.pack(self.text_codes)
        head = {
            "events": self.numbers.shape[1],
            "number_columns": self.number_columns,
            "number_widths": number_widths,
            "words": self.words,
            "code_widths": code_widths,
            "attributes": self.attributes,
            "traits": [list(traits) for traits in self.traits],
            "snapshots": [list(snapshot) for snapshot in self.snapshots],
            "names": [list(name) for name in self.names],
            "claims": {name: [list(claim) for claim in claims] for name, claims in self.claims.items()},
        }
        return _FORMAT + compress(b"\n".join([orjson.dumps(head), numbers + codes]))

    @classmethod
    def unpack(cls, data: bytes) -> Record:
        """The record that :meth:`pack` wrote; the error ``old_records`` when another version wrote it."""
        if not data.startswith(_FORMAT):
            raise StamkundError("old_records")
        unpacked = decompress(data[len(_FORMAT) :])
        end = unpacked.index(b"\n")
        head = orjson.loads(unpacked[:end])
        count, columns, words = head["events"], tuple(head["number_columns"]), head["words"]
        numbers = np.empty((len(columns), count), dtype=np.int64)
        codes = np.empty((len(words), count), dtype=np.int32)
        end = integers.unpack(unpacked, head["number_widths"], numbers, start=end + 1)
        integers.unpack(unpacked, head["code_widths"], codes, start=end)
        traits, snapshots = tuple(starmap(Traits, head["traits"])), tuple(starmap(Snapshot, head["snapshots"]))
        names = tuple(starmap(Name, head["names"]))
        claims = {name: tuple(starmap(Claim, each)) for name, each in head["claims"].items()}
        return cls(columns, numbers, words, codes, head["attributes"], traits, snapshots, names, claims)


def integer(column: str, value: object) -> int:
    """The integer that a record holds for a canonical value: ``NONE`` for a missing one."""
    number = integer_of(column, value)
    return NONE if number is None else number


def encode(values: Sequence[str | None]) -> tuple[list[int], list[str]]:
    """Each value's place among the distinct ones, −1 for none, and these in the order of their first occurrence."""
    words: dict[str, int] = {}
    codes = [-1 if v is None else words.setdefault(v, len(words)) for v in values]
    return codes, list(words)
