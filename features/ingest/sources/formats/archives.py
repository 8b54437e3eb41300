"""Packed files: one in ``.gz``, ``.zst``, ``.bz2`` or ``.xz``, several in ``.zip``."""

from __future__ import annotations

import bz2
import gzip
import lzma
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

import pyarrow as pa

from features.errors import StamkundError

_PIECE = 1 << 20
_OPENERS: dict[bytes, Callable[[Path], object]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ": lzma.open,
    b"\x28\xb5\x2f\xfd": lambda path: pa.input_stream(str(path), compression="zstd"),
}
PACKED = tuple(_OPENERS)  # what a packed file begins with


def unpack(path: Path, scratch: Path) -> Path:
    """The file in a packed one, unpacked into the folder ``scratch``."""
    with path.open("rb") as file:
        head = file.read(8)
    opener = next(opener for magic, opener in _OPENERS.items() if head.startswith(magic))
    target = _folder(scratch) / (path.stem or path.name)
    with cast("BinaryIO", opener(path)) as source, target.open("wb") as file:
        shutil.copyfileobj(source, file, _PIECE)
    return target


def unpack_members(path: Path, scratch: Path) -> dict[str, Path]:
    """The files in an archive by their names in it, unpacked into the folder ``scratch``."""
    folder, files = _folder(scratch), dict[str, Path]()
    with zipfile.ZipFile(path) as archive:
        for member in sorted(archive.infolist(), key=lambda member: member.filename):
            inside = PurePosixPath(member.filename)
            if member.is_dir() or inside.name.startswith(".") or "__MACOSX" in inside.parts:
                continue
            if member.flag_bits & 1:
                msg = f"{path.name} is encrypted. Unpack it with its password: `unzip {path.name}`."
                raise StamkundError("unreadable_file", msg)
            target = folder / str(len(files)) / inside.name
            target.parent.mkdir()
            with archive.open(member) as source, target.open("wb") as file:
                shutil.copyfileobj(source, file, _PIECE)
            files[member.filename] = target
    if not files:
        msg = f"{path.name} holds no file. Fill it, or take it away."
        raise StamkundError("unreadable_file", msg)
    return files


def _folder(scratch: Path) -> Path:
    return Path(tempfile.mkdtemp(dir=scratch))
