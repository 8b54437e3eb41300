"""What the bytes of a text file tell of its encoding, from one pass over them."""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Self

_MOST_CELLS = 2000
_CELL = re.compile(rb"""[^,;\t|\r\n"]*[\x80-\xff][^,;\t|\r\n"]*""")
_INVALID, _NON_ASCII = re.compile("[\udc80-\udcff]"), re.compile("[^\x00-\x7f]")


@dataclass(frozen=True)
class ByteScan:
    """What the bytes of a file tell, from one pass over them.

    ``sequences`` counts the characters of several bytes that are UTF-8, ``invalid`` the bytes that are not, and
    ``cells`` are some that hold such. ``zeros`` are those at even and at odd places of the first ``looked`` bytes.
    """

    sequences: int
    invalid: int
    cells: Collection[bytes]
    zeros: tuple[int, int]
    looked: int
    any_zero: bool
    line_ends: frozenset[bytes]

    @classmethod
    def of(cls, chunks: Iterable[bytes]) -> Self:
        """What the pieces of a file tell."""
        sequences, invalid, cells, any_zero, line_ends = 0, 0, dict[bytes, None](), False, set[bytes]()
        head, rest = b"", b""
        for read in chunks:
            chunk = rest + read
            head = head or chunk
            any_zero |= b"\0" in chunk
            line_ends |= set(_line_ends(chunk))
            if chunk.isascii():
                rest = b"\r" if chunk.endswith(b"\r") else b""
                continue
            text, consumed = codecs.utf_8_decode(chunk, "surrogateescape", False)  # noqa: FBT003  (it takes no keywords)
            rest = chunk[consumed:]  # the beginning of a character
            bad = len(_INVALID.findall(text))
            invalid, sequences = invalid + bad, sequences + len(_NON_ASCII.findall(text)) - bad
            if bad and len(cells) < _MOST_CELLS:
                cells |= dict.fromkeys(_CELL.findall(chunk))
        zeros = head[0::2].count(0), head[1::2].count(0)
        return cls(sequences, invalid + len(rest.strip(b"\r")), cells, zeros, len(head), any_zero, frozenset(line_ends))

    @property
    def is_utf8(self) -> bool:
        """Whether it is UTF-8, but for places that are fewer than those that prove it."""
        return self.invalid == 0 or self.sequences > self.invalid

    @property
    def utf16(self) -> str | None:
        """UTF-16 without a mark: every other byte of Western text is zero."""
        even, odd = self.zeros
        half = self.looked / 2
        if odd > 0.3 * half and even < 0.05 * half:
            return "utf-16-le"
        return "utf-16-be" if even > 0.3 * half and odd < 0.05 * half else None


def _line_ends(chunk: bytes) -> Iterator[bytes]:
    """The kinds of line ends in a piece; one that its last byte may begin is left to the next piece."""
    if b"\r" not in chunk:
        yield from [b"\n"] if b"\n" in chunk else []
        return
    both = chunk.count(b"\r\n")
    alone = {b"\r\n": both, b"\n": chunk.count(b"\n") - both, b"\r": chunk[:-1].count(b"\r") - both}
    yield from (end for end, count in alone.items() if count > 0)
