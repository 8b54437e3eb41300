"""Columns in files, each mapped into memory when it is first read: what is counted reads no more than it needs.

A folder holds the columns of one moment; ``current.json`` names the one that holds, and is replaced at once.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from features.arrays import Floats
from features.errors import StamkundError
from features.files import atomic_folder, write_text
from features.language.rules.types import Type
from insights.segments.columns.column import Column
from insights.segments.columns.percentiles import Fitted
from insights.segments.customers import Columns

_CURRENT: Final = "current.json"


class _Mapped(Mapping[str, Column]):
    """The columns of a folder, by name."""

    def __init__(self, folder: Path, about: Mapping[str, Any]) -> None:
        self.folder, self.about, self._read = folder, about, dict[str, Column]()

    def __getitem__(self, name: str) -> Column:
        if name not in self._read:
            place, kind, words = self.about[name]
            values = np.load(self.folder / f"{place}.npy", mmap_mode="r")
            self._read[name] = Column(kind, values, None if words is None else tuple(_word(w, kind) for w in words))
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.about)

    def __len__(self) -> int:
        return len(self.about)


def write_columns(folder: Path, columns: Columns) -> None:
    """Write columns; from then on they are those that :func:`open_columns` gives, and older ones are gone."""
    names = sorted(columns.columns)
    told = {
        name: [place, columns.columns[name].kind, _words(columns.columns[name])] for place, name in enumerate(names)
    }
    tables = Fitted(columns.columns)
    ranked = sorted(tables)
    about = {
        "as_of": columns.as_of, "build": columns.build, "timezone": columns.timezone, "customers": columns.customers,
        "columns": told, "percentiles": ranked,
    }  # fmt: skip
    text = json.dumps(about, ensure_ascii=False)
    own = folder / f"columns-{columns.as_of}-{_digest(text, columns)}"
    if own.exists():
        write_text(folder / _CURRENT, json.dumps({"columns": own.name}))
        return
    with atomic_folder(own) as draft:
        (draft / "about.json").write_text(text, encoding="utf-8")
        _write_ids(draft / "ids.arrow", columns.ids)
        for place, name in enumerate(names):
            np.save(draft / f"{place}.npy", columns.columns[name].values, allow_pickle=False)
        for place, name in enumerate(ranked):
            np.save(draft / f"percentiles-{place}.npy", tables[name], allow_pickle=False)
    write_text(folder / _CURRENT, json.dumps({"columns": own.name}))
    for other in folder.glob("columns-*"):
        if other != own:
            shutil.rmtree(other)  # whoever has it mapped keeps it until they are done


def open_columns(folder: Path) -> Columns:
    """The columns that were last written.

    Raises :class:`StamkundError` ``no_insights`` before the first refresh.
    """
    own = _current(folder)
    if own is None:
        raise StamkundError("no_insights", folder=str(folder))
    about = json.loads((own / "about.json").read_text(encoding="utf-8"))
    with pa.memory_map(str(own / "ids.arrow")) as source:
        ids = pa.ipc.open_file(source).read_all()["id"]
    columns, tables = _Mapped(own, about["columns"]), _tables(own, about)
    return Columns(ids.combine_chunks(), columns, about["as_of"], about["build"], about["timezone"], tables)


@lru_cache(maxsize=2)
def percentile_tables(folder: Path, version: str | None) -> Mapping[str, Floats]:
    """The tables of a version that numbers are ranked by; none before the first."""
    if version is None:
        return {}
    own = folder / version
    return _tables(own, json.loads((own / "about.json").read_text(encoding="utf-8")))


def _tables(own: Path, about: Mapping[str, Any]) -> Mapping[str, Floats]:
    return {name: np.load(own / f"percentiles-{place}.npy") for place, name in enumerate(about.get("percentiles", ()))}


def remove_columns(folder: Path) -> None:
    """Remove all columns; the next refresh writes them anew."""
    (folder / _CURRENT).unlink(missing_ok=True)
    for other in folder.glob("columns-*"):
        shutil.rmtree(other)


def version_of(folder: Path) -> str | None:
    """What differs once other columns are written; None before the first."""
    current = _current(folder)
    return None if current is None else current.name


def _current(folder: Path) -> Path | None:
    file = folder / _CURRENT
    return folder / str(json.loads(file.read_text(encoding="utf-8"))["columns"]) if file.is_file() else None


def _digest(about: str, columns: Columns) -> str:
    """Twelve hex digits that differ when anything does."""
    content = hashlib.sha256(about.encode())
    for buffer in filter(None, columns.ids.buffers()):
        content.update(buffer)
    for name in sorted(columns.columns):
        content.update(columns.columns[name].values.tobytes())
    return content.hexdigest()[:12]


def _write_ids(file: Path, ids: pa.Array) -> None:
    table = pa.table({"id": ids.cast(pa.large_string())})
    with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def _words(column: Column) -> list[object] | None:
    if column.words is None:
        return None
    return [sorted(word) if isinstance(word, frozenset) else word for word in column.words]


def _word(word: object, kind: Type) -> object:
    return frozenset(word) if kind == "list" and isinstance(word, list) else word
