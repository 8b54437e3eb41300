"""The lake: the canonical tables as Parquet files, named by a manifest that is replaced in one step."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from features.errors import StamkundError
from features.schema import TABLES, Table, schema

ROW_GROUP = 50_000
_MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Lake:
    """The canonical tables under one folder.

    >>> Lake(Path("nowhere")).scan("items").collect().height
    0
    """

    path: Path

    @property
    def exists(self) -> bool:
        """Whether anything was ever written."""
        return (self.path / _MANIFEST).is_file()

    @property
    def version(self) -> str:
        """The fingerprint of the content: equal data, equal version; empty when nothing was written."""
        return str(self._manifest().get("version", ""))

    def files(self, table: Table) -> list[Path]:
        """The files that hold a table at this moment, in the order of their rows."""
        tables = self._manifest().get("tables", {})
        entries = tables.get(table, []) if isinstance(tables, dict) else []
        return [self.path / entry["file"] for entry in entries]

    def scan(self, table: Table) -> pl.LazyFrame:
        """A canonical table, lazily; empty, with its columns, when it was never written."""
        files, wanted = self.files(table), schema(table)
        if not files:
            return pl.LazyFrame(schema=wanted)
        held = pl.scan_parquet(files)
        names = held.collect_schema().names()
        absent = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in wanted.items() if name not in names]
        return held.with_columns(absent).select(*wanted, *(name for name in names if name not in wanted))

    def write(self, tables: Mapping[Table, pl.DataFrame]) -> None:
        """Replace the whole lake by these frames, their canonical columns completed with nulls."""
        with self.writing() as folder:
            for table, frame in tables.items():
                _complete(table, frame).write_parquet(
                    folder / f"{table}-0.parquet", compression="zstd", row_group_size=ROW_GROUP
                )

    @contextmanager
    def writing(self) -> Iterator[Path]:
        """A folder to fill with ``<table>-<n>.parquet``; on leaving it, those files replace the whole lake.

        Whoever reads meanwhile sees the old lake until the manifest is renamed. If anything fails before that, the
        old lake stays.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        with _alone(self.path), tempfile.TemporaryDirectory(prefix=".writing-", dir=self.path) as folder:
            yield Path(folder)
            self._adopt({table: _parts(Path(folder), table) for table in TABLES})

    def _adopt(self, parts: Mapping[Table, Sequence[Path]]) -> None:
        tables = {table: [self._entry(part) for part in files] for table, files in parts.items() if files}
        digest = hashlib.sha256(json.dumps(tables, sort_keys=True).encode()).hexdigest()
        manifest = {"format": 1, "version": digest[:16], "tables": tables}
        before = {file for table in TABLES for file in self.files(table)}  # whoever reads them now may finish
        _replace(self.path / _MANIFEST, json.dumps(manifest, indent=1))
        kept = before | {file for table in TABLES for file in self.files(table)}
        for file in set(self.path.glob("*.parquet")) - kept:
            file.unlink()

    def _entry(self, part: Path) -> dict[str, str | int]:
        digest = _digest(part)
        rows = pl.scan_parquet(part).select(pl.len()).collect().item()
        file = f"{part.stem}-{digest[:16]}.parquet"
        _sync(part)
        part.replace(self.path / file)
        return {"file": file, "sha256": digest, "rows": int(rows)}

    def _manifest(self) -> dict[str, object]:
        try:
            text = (self.path / _MANIFEST).read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        return dict(json.loads(text))


def _complete(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    wanted = schema(table)
    missing = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in wanted.items() if name not in frame.columns]
    extra = [name for name in frame.columns if name not in wanted] if table == "customers" else []
    order = {"events": ["customer_id", "time", "event_id"]}.get(table, [next(iter(wanted))])
    return frame.with_columns(missing).cast(wanted).select(*wanted, *extra).sort(order, nulls_last=True)


def _parts(folder: Path, table: Table) -> list[Path]:
    return sorted(folder.glob(f"{table}-*.parquet"), key=lambda part: int(part.stem.rsplit("-", 1)[1]))


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _replace(file: Path, text: str) -> None:
    draft = file.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8")
    _sync(draft)
    _sync(file.parent)
    draft.replace(file)
    _sync(file.parent)


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Only one writer at a time; what a killed one left behind is swept away."""
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            msg = f"Another build is writing to {folder}. Wait for it to end, then try again."
            raise StamkundError("lake_busy", msg) from None
        for left in folder.glob(".writing-*"):
            shutil.rmtree(left)
        yield
