"""The encoding of a text file: UTF-8, UTF-16 by its mark or its zeros, else Windows-1252; others are to be named.

The rule is the same for every file: a byte order mark decides; else zeros in every other byte mean UTF-16; else a file
that is UTF-8 is read so; else it is Windows-1252, of which Latin-1 is the part that texts use, unless its words say
that it is something else.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from features.errors import StamkundError
from features.ingest.sources.formats.form import Findings

_CHUNK = 1 << 20
_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_MOST_CELLS = 2000
_CELL = re.compile(rb"""[^,;\t|\r\n"]*[\x80-\xff][^,;\t|\r\n"]*""")
_INVALID, _NON_ASCII = re.compile("[\udc80-\udcff]"), re.compile("[^\x00-\x7f]")
# What other 8-bit encodings look like when they are taken for Windows-1252: signs or capitals inside of words, words of
# nothing but accented letters, and bytes that stand for nothing.
_STRANGE = re.compile(
    r"[^\W\d_][¡¢£¤¥¦§¨©¬¯±²³¶\xb8¹º¼½¾¿×÷†‡\u02c6‰\u2039\u203a\u02dc„\u201a“”•]+[^\W\d_]|[a-zà-ÿ][ŠŽŒŸ]|£[a-zà-ÿ]|¤|[À-ÖØ-öø-ÿ]{3,}|\ufffd"
)
_OTHERS = (
    "cp1250",
    "cp1251",
    "cp1253",
    "iso8859_15",
    "cp850",
    "mac_roman",
    "shift_jis",
    "gb18030",
    "big5",
    "euc_kr",
    "latin-1",
)


@dataclass(frozen=True)
class Encoding:
    """The encoding of a file; ``plain`` when DuckDB reads its bytes: they are UTF-8 in lines of one kind."""

    name: str
    plain: bool
    findings: Findings


def find_encoding(path: Path, given: str | None) -> Encoding:
    """The encoding of a text file, the ``given`` one or else the one found; what it cannot be is refused."""
    with path.open("rb") as file:
        head = file.read(4)
        file.seek(0)
        scan = _Scan.of(iter(lambda: file.read(_CHUNK), b""))
    mark = next((name for mark, name in _MARKS.items() if head.startswith(mark)), None)
    zeros = None if mark or given else scan.utf16
    name = _name(given) or mark or zeros
    if name in {"utf-8", "utf-8-sig"} or (name is None and scan.is_utf8):
        _refuse_zeros(path, scan)
        return Encoding("utf-8-sig", len(scan.line_ends) <= 1, Findings({"encoding": given} if given else {}))
    if given:
        return Encoding(given, plain=False, findings=Findings({"encoding": given}))
    if name:
        note = f"its text is {name.upper()}" if mark else f"its text seems to be {name.upper()}, by its zeros"
        return Encoding(name, plain=False, findings=Findings({} if mark else {"encoding": name}, (note,)))
    _refuse_zeros(path, scan)
    return Encoding("cp1252", plain=False, findings=_windows(path, scan.cells))


def decode(path: Path, encoding: str) -> Iterator[str]:
    """The text of a file in pieces; :class:`StamkundError` names the place that is not of this encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    place = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            try:
                yield decoder.decode(chunk)
            except UnicodeDecodeError as error:
                at = place + error.start
                msg = f"{path.name} is not {encoding}: byte {at:,} cannot be read so. Set `encoding:` to what it is."
                raise StamkundError("unreadable_file", msg) from None
            place += len(chunk)
    yield decoder.decode(b"", final=True)


def _name(given: str | None) -> str | None:
    return codecs.lookup(given).name if given else None


@dataclass(frozen=True)
class _Scan:
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


def _refuse_zeros(path: Path, scan: _Scan) -> None:
    if scan.any_zero:
        msg = f"{path.name} holds zero bytes, so it is no text or a damaged one. Export it anew, or set `encoding:`."
        raise StamkundError("unreadable_file", msg)


def _windows(path: Path, cells: Iterable[bytes]) -> Findings:
    """The findings of a file that is taken for Windows-1252; refused when its words are strange in it."""
    found = sorted(cells)
    texts = [cell.decode("cp1252", "replace") for cell in found]
    strange = [place for place, text in enumerate(texts) if _STRANGE.search(text)]
    if len(strange) * 5 > len(texts):
        sample = found[strange[0]]
        readings = "; ".join(f"`{name}` reads {text}" for name, text in _readings(sample))
        msg = (
            f"{path.name} is neither UTF-8 nor Windows-1252. Set `encoding:` to what it is: of one of its texts "
            f"{readings}."
        )
        raise StamkundError("unknown_encoding", msg)
    example = next(iter(texts), "")
    note = f"its text is not UTF-8: it is read as Windows-1252 (`{example}`); `encoding:` names another one"
    return Findings({"encoding": "cp1252"}, (note,))


def _readings(sample: bytes) -> Iterator[tuple[str, str]]:
    """How the encodings that can read a text read it."""
    for name in _OTHERS:
        try:
            text = sample.decode(name)
        except UnicodeDecodeError:
            continue
        if text.isprintable():
            yield name, text
