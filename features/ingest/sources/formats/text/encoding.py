"""The encoding of a text file: UTF-8, UTF-16 by its mark or its zeros, else Windows-1252; others are to be named.

The rule is the same for every file: a byte order mark decides; else zeros in every other byte mean UTF-16; else a file
that is UTF-8 is read so; else it is Windows-1252, of which Latin-1 is the part that texts use, unless its words say
that it is something else.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from features.errors import StamkundError
from features.ingest.sources.formats.form import Findings
from features.ingest.sources.formats.text.byte_scan import ByteScan

_CHUNK = 1 << 20
_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
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
        scan = ByteScan.of(iter(lambda: file.read(_CHUNK), b""))
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


def _refuse_zeros(path: Path, scan: ByteScan) -> None:
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
