"""The tables of insights: files under one manifest that is replaced in one step, read without an engine.

A nightly refresh writes them and a service answers from them. Each table is a Parquet file, or any other file whose
writer and reader agree on it; its name is that of its content, so that equal content is an equal file.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from features.errors import StamkundError
from features.files import alone, digest, sync, write_text
from insights.revisions import Revisions

_MANIFEST: Final = "manifest.json"
FORMAT: Final = 6
Filters = Sequence[tuple[str, str, object]]


@dataclass(frozen=True)
class Manifest:
    """What a refresh left: its moment (µs), the lake's version that it read, and the file of each table.

    By how many people what is over was revised is told where that is known.
    """

    as_of: int
    build: str
    files: Mapping[str, str]
    revisions: Revisions | None = None


@dataclass
class Draft:
    """The next tables, while they are written; each row of a Parquet table gets ``as_of`` and ``build``."""

    folder: Path
    as_of: int
    build: str
    revisions: Revisions | None = None
    drafts: dict[str, Path] = field(default_factory=dict)

    def file(self, name: str, suffix: str) -> Path:
        """Where to write the file of a table that is no Parquet."""
        self.drafts[name] = self.folder / f"{name}{suffix}"
        return self.drafts[name]

    def read(self, name: str) -> pa.Table:
        """A table that is written already, for those that are made from it."""
        return pq.read_table(self.drafts[name])

    def write(self, name: str, table: pa.Table, *, row_group: int = 50_000) -> None:
        """A table; sorted by what is asked for, it is read in part."""
        told = {"as_of": pa.scalar(self.as_of, pa.int64()), "build": pa.scalar(self.build, pa.string())}
        for column, value in told.items():
            table = table.append_column(column, pa.repeat(value, len(table)))
        pq.write_table(table, self.file(name, ".parquet"), compression="zstd", row_group_size=row_group)


@dataclass(frozen=True)
class Tables:
    """The tables under a folder.

    >>> folder = Path(tempfile.mkdtemp())
    >>> with Tables(folder).writing(as_of=7, build="b1") as draft:
    ...     draft.write("cells", pa.table({"metric": ["buyers", "orders"], "value": [2.0, 5.0]}))
    >>> Tables(folder).read("cells", filters=[("metric", "=", "orders")]).to_pylist()
    [{'metric': 'orders', 'value': 5.0, 'as_of': 7, 'build': 'b1'}]
    """

    folder: Path

    @property
    def exists(self) -> bool:
        """Whether any were ever written."""
        return (self.folder / _MANIFEST).is_file()

    @property
    def manifest(self) -> Manifest:
        """The manifest; raises :class:`StamkundError` ``no_insights`` before the first refresh."""
        content = self._content()
        if content is None:
            raise StamkundError("no_insights", folder=str(self.folder))
        if content.pop("format", None) != FORMAT:
            raise StamkundError("other_insights_format", folder=str(self.folder))
        return Manifest(**content)

    @property
    def readable(self) -> bool:
        """Whether the manifest, if there is one, is of the format that is read here."""
        try:
            content = self._content()
        except ValueError:
            return False
        return content is None or content.get("format") == FORMAT

    def files(self) -> Iterator[Path]:
        """The files of Parquet tables: those that are read, and those of the refresh before."""
        yield from sorted(self.folder.glob("*.parquet"))

    def clear(self) -> None:
        """Remove the tables; the next refresh writes them anew."""
        (self.folder / _MANIFEST).unlink(missing_ok=True)
        for file in self.files():
            file.unlink(missing_ok=True)

    def file(self, name: str) -> Path:
        """The file of a table; whoever opened it may read on while others are written."""
        files = self.manifest.files
        if name not in files:
            raise StamkundError("no_insights.table", folder=str(self.folder), table=name)
        return self.folder / files[name]

    def read(self, name: str, *, columns: Sequence[str] | None = None, filters: Filters | None = None) -> pa.Table:
        """A table, or the rows and columns of it that are asked for."""
        return pq.read_table(self.file(name), columns=columns, filters=list(filters) if filters else None)

    @contextmanager
    def writing(self, *, as_of: int, build: str, revisions: Revisions | None = None) -> Iterator[Draft]:
        """The next tables, to be filled; on leaving they replace these, and on an error these stay."""
        self.folder.mkdir(parents=True, exist_ok=True)
        busy = StamkundError("insights_busy", folder=str(self.folder))
        with alone(self.folder, busy), tempfile.TemporaryDirectory(prefix=".writing-", dir=self.folder) as folder:
            draft = Draft(Path(folder), as_of, build, revisions)
            yield draft
            self._publish(draft)

    def _content(self) -> dict[str, Any] | None:
        """What the manifest says; None where there is none."""
        path = self.folder / _MANIFEST
        return json.loads(path.read_bytes()) if path.is_file() else None

    def _publish(self, draft: Draft) -> None:
        before = set((self._content() or {}).get("files", {}).values()) if self.readable else set()
        files = {name: f"{name}-{digest(path)[:16]}{path.suffix}" for name, path in sorted(draft.drafts.items())}
        for name, path in draft.drafts.items():
            sync(path)
            path.replace(self.folder / files[name])
        content = {"format": FORMAT, "as_of": draft.as_of, "build": draft.build, "files": files}
        content["revisions"] = draft.revisions
        write_text(self.folder / _MANIFEST, json.dumps(content, indent=1))
        for path in self.folder.iterdir():  # those of before stay for who reads them now
            if path.is_file() and path.name not in {*before, *files.values(), _MANIFEST, ".lock"}:
                path.unlink()
