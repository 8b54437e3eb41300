"""Records that were asked for lately: they move on by what was logged since, and are not unpacked again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import orjson

from features.evaluate.online.record import Record
from features.evaluate.online.record_append import append

_KEPT: Final = 256  # customers
_LARGEST: Final = 200_000  # bytes that one of them may take, about
_UNPACKED: Final = 8  # bytes that a byte of a packed record comes to


def made(packed: bytes | None, later: Sequence[str]) -> Record:
    """The record of a build, None where there is none, with the events (JSON) that were logged later."""
    events = map(orjson.loads, later)
    return Record.of(events) if packed is None else append(Record.unpack(packed), events)


def recent(packed: bytes | None, later: Sequence[str]) -> Record:
    """The same, kept for a while: who looks at five pages is asked about five times."""
    if packed is None or _UNPACKED * len(packed) + sum(map(len, later)) > _LARGEST:
        return made(packed, later)
    return _kept(packed).moved_on(later)


def forget() -> None:
    """Let go of all records, those of people who were erased among them."""
    _kept.cache_clear()


class _Moving:
    """A record as it was asked for last, and the events that it was moved on by."""

    def __init__(self, packed: bytes) -> None:
        self._packed = packed
        self._last: tuple[Sequence[str], Record] = (), Record.unpack(packed)

    def moved_on(self, later: Sequence[str]) -> Record:
        before, record = self._last
        if [*later[: len(before)]] != [*before]:  # some are gone
            before, record = (), Record.unpack(self._packed)
        if len(later) > len(before):
            record = append(record, map(orjson.loads, later[len(before) :]))
        self._last = later, record
        return record


_kept: Final = lru_cache(_KEPT)(_Moving)
