"""The lake: the canonical tables as Parquet files, named by a manifest that is replaced in one step.

Events lie in one file a calendar month (UTC), each in the order ``(customer_id, time, event_id)``; there is no order
across the months. The other tables are one file each.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from features.events.tables import TABLES, Table, schema
from features.files import alone, digest, replace_text, sync

ROW_GROUP = 50_000
FORMAT = 3  # of the manifest
WHOLE = "all"  # the label of a table's only part
_MANIFEST = "manifest.json"
Entry = dict[str, str | int]


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

    @property
    def read(self) -> Mapping[str, object] | None:
        """What the writer noted of where the content was read from; None when that is not known or not all is there."""
        manifest = self._manifest()
        there = all(file.is_file() for table in TABLES for file in self.files(table))
        noted = manifest.get("read") if manifest.get("format") == FORMAT and there else None
        return noted if isinstance(noted, dict) else None

    def files(self, table: Table) -> list[Path]:
        """The files that hold a table at this moment."""
        return list(self.parts(table).values())

    def parts(self, table: Table) -> dict[str, Path]:
        """The files that hold a table at this moment by their labels; those of events are months, such as 2017-12."""
        return {str(entry["part"]): self.path / str(entry["file"]) for entry in self._entries(table)}

    def scan(self, table: Table) -> pl.LazyFrame:
        """A canonical table, lazily; empty, with its columns, when it was never written."""
        files, wanted = self.files(table), schema(table)
        if not files:
            return pl.LazyFrame(schema=wanted)
        if table == "customers":  # the attributes beside their id are whatever they are
            return pl.scan_parquet(files)
        return pl.scan_parquet(files, schema=wanted, missing_columns="insert")

    def write(self, tables: Mapping[Table, pl.DataFrame]) -> None:
        """Replace the whole lake by these frames, their canonical columns completed with nulls."""
        with self.writing() as draft:
            for table, frame in tables.items():
                for label, part in _split(table, _complete(table, frame)):
                    part.write_parquet(draft.part(table, label), compression="zstd", row_group_size=ROW_GROUP)

    @contextmanager
    def writing(self) -> Iterator[Draft]:
        """The next lake, to be filled: on leaving, it replaces this one.

        Whoever reads meanwhile sees the old lake until the manifest is renamed. If anything fails before that, the
        old lake stays.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        with alone(self.path):
            for left in self.path.glob(".writing-*"):  # by one that was killed
                shutil.rmtree(left)
            with tempfile.TemporaryDirectory(prefix=".writing-", dir=self.path) as folder:
                draft = Draft(Path(folder))
                yield draft
                self._adopt(draft)

    def _adopt(self, draft: Draft) -> None:
        before = {file for table in TABLES for file in self.files(table)}  # whoever reads them now may finish
        tables = {table: self._next(table, draft) for table in TABLES}
        said = json.dumps(tables, sort_keys=True)
        version = hashlib.sha256(said.encode()).hexdigest()[:16]
        manifest = {"format": FORMAT, "version": version, "tables": tables, "read": draft.read}
        replace_text(self.path / _MANIFEST, json.dumps(manifest, indent=1))
        kept = before | {file for table in TABLES for file in self.files(table)}
        for file in set(self.path.glob("*.parquet")) - kept:
            file.unlink()

    def _next(self, table: Table, draft: Draft) -> list[Entry]:
        kept = [entry for entry in self._entries(table) if entry["part"] in draft.kept.get(table, ())]
        new = [self._entry(table, part) for part in draft.folder.glob(f"{table}-*.parquet")]
        return sorted(kept + new, key=lambda entry: (len(str(entry["part"])), str(entry["part"])))

    def _entry(self, table: Table, part: Path) -> Entry:
        content = digest(part)
        rows = pl.scan_parquet(part).select(pl.len()).collect().item()
        file = f"{part.stem}-{content[:16]}.parquet"
        sync(part)
        part.replace(self.path / file)
        return {"part": part.stem.removeprefix(f"{table}-"), "file": file, "sha256": content, "rows": int(rows)}

    def _entries(self, table: Table) -> list[Entry]:
        tables = self._manifest().get("tables", {})
        entries = tables.get(table, []) if isinstance(tables, dict) else []
        return [{"part": entry["file"], **entry} for entry in entries]  # format 1 named no parts

    def _manifest(self) -> dict[str, object]:
        try:
            text = (self.path / _MANIFEST).read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        return dict(json.loads(text))


@dataclass
class Draft:
    """The next lake while it is made: new parts are files to fill, others are kept; ``read`` says what was read."""

    folder: Path
    kept: dict[Table, frozenset[str]] = field(default_factory=dict)
    read: Mapping[str, object] | None = None

    def part(self, table: Table, label: str = WHOLE) -> Path:
        """The file to write a part of a table to."""
        return self.folder / f"{table}-{label}.parquet"

    def keep(self, table: Table, labels: Iterable[str]) -> None:
        """Take over parts of the old lake as they are."""
        self.kept[table] = frozenset(labels)


def _complete(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    wanted = schema(table)
    missing = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in wanted.items() if name not in frame.columns]
    extra = [name for name in frame.columns if name not in wanted] if table == "customers" else []
    order = {"events": ["customer_id", "time", "event_id"]}.get(table, [next(iter(wanted))])
    return frame.with_columns(missing).cast(wanted).select(*wanted, *extra).sort(order, nulls_last=True)


def _split(table: Table, frame: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    if table != "events":
        yield WHOLE, frame
        return
    month = pl.from_epoch("time", time_unit="us").dt.strftime("%Y-%m").alias("month")
    parts = frame.with_columns(month).partition_by("month", as_dict=True, include_key=False, maintain_order=True)
    yield from ((str(label), part) for (label,), part in parts.items())
