"""The draft of the next lake: new files in a scratch folder, and the parts to keep of the present lake."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from features.events.tables import LAKE_TABLES, LakeTable
from features.files import digest, sync
from features.lake.manifest import Entry, Manifest

WHOLE = "all"  # the label of a table's only part


@dataclass
class Draft:
    """The next lake while it is written; ``watermarks`` say how far its sources were read."""

    folder: Path
    watermarks: Mapping[str, object] | None = None
    _labels: dict[LakeTable, frozenset[str]] = field(default_factory=dict)

    def part(self, table: LakeTable, label: str = WHOLE) -> Path:
        """The file to write a part of a table to."""
        return self.folder / f"{table}-{label}.parquet"

    def keep(self, table: LakeTable, labels: Iterable[str]) -> None:
        """Take over parts of the present lake as they are."""
        self._labels[table] = frozenset(labels)

    def files(self, table: LakeTable, present: Mapping[str, Path]) -> list[Path]:
        """The files of a table: those written, and of the ``present`` parts those to keep."""
        kept = [file for label, file in present.items() if label in self._labels.get(table, ())]
        return [*self.folder.glob(f"{table}-*.parquet"), *kept]

    def publish(self, present: Manifest, target: Path) -> Manifest:
        """Move the new files into the folder ``target``; the manifest of these and of the parts to keep."""
        tables: dict[str, list[Entry]] = {table: self._entries(table, present, target) for table in LAKE_TABLES}
        sync(target)  # the files' names, before a manifest tells of them
        return Manifest.of(tables, self.watermarks)

    def _entries(self, table: LakeTable, present: Manifest, target: Path) -> list[Entry]:
        old = [entry for entry in present.tables.get(table, ()) if entry.part in self._labels.get(table, ())]
        new = [_publish_file(file, table, target) for file in self.folder.glob(f"{table}-*.parquet")]
        return sorted(old + new, key=lambda entry: (len(entry.part), entry.part))


def _publish_file(file: Path, table: LakeTable, target: Path) -> Entry:
    content = digest(file)
    rows = pl.scan_parquet(file).select(pl.len()).collect().item()
    name = f"{file.stem}-{content[:16]}.parquet"
    sync(file)
    file.replace(target / name)
    return Entry(part=file.stem.removeprefix(f"{table}-"), file=name, sha256=content, rows=int(rows))
