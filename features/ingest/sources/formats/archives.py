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

_OPENERS: dict[str, Callable[[Path], object]] = {
    ".gz": gzip.open,
    ".bz2": bz2.open,
    ".xz": lzma.open,
    ".zst": lambda path: pa.input_stream(str(path), compression="zstd"),
}
PACKED = frozenset(_OPENERS)


def unpack(path: Path, scratch: Path) -> list[Path]:
    """The files in a packed file, unpacked into the folder ``scratch``; any other file as it is."""
    suffix = path.suffix.lower()
    if suffix == ".zip":
        return _members(path, _folder(scratch))
    if suffix not in PACKED:
        return [path]
    target = _folder(scratch) / path.stem
    with cast("BinaryIO", _OPENERS[suffix](path)) as source, target.open("wb") as file:
        shutil.copyfileobj(source, file, 1 << 20)
    return [target]


def _members(path: Path, folder: Path) -> list[Path]:
    files: list[Path] = []
    with zipfile.ZipFile(path) as archive:
        for member in sorted(archive.infolist(), key=lambda member: member.filename):
            inside = PurePosixPath(member.filename)
            if member.is_dir() or inside.name.startswith(".") or "__MACOSX" in inside.parts:
                continue
            if member.flag_bits & 1:
                msg = f"{path.name} is encrypted. Unpack it with its password: `unzip {path.name}`."
                raise StamkundError("unreadable_file", msg)
            target = folder / "/".join(part for part in inside.parts if part not in {"..", "/"})
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(member) as source, target.open("wb") as file:
                shutil.copyfileobj(source, file, 1 << 20)
            files.append(target)
    return files


def _folder(scratch: Path) -> Path:
    return Path(tempfile.mkdtemp(dir=scratch))
