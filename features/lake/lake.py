"""The lake: the canonical tables as Parquet files, named by a manifest that is replaced in one step.

Events lie in one file a calendar month (UTC), each in the order ``(fragment, time, event_id, source)``; there is no
order across the months. The other tables are one file each.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from features.errors import StamkundError
from features.events.tables import (
    LAKE_TABLES,
    PEOPLE_TABLES,
    WITH_MORE,
    LakeTable,
    PeopleTable,
    Table,
    schema,
)
from features.files import alone
from features.lake.draft import Draft
from features.lake.events_file import ROW_GROUP
from features.lake.manifest import Manifest, corrupt, path_in
from features.lake.partition import partition


@dataclass(frozen=True)
class Lake:
    """The canonical tables under one folder.

    Whatever reads the manifest raises :class:`StamkundError` ``lake_corrupt`` when it is no manifest, or names a file
    that is missing; what reads a table, ``other_lake_format`` when another version wrote it.

    >>> Lake(Path("nowhere")).scan("items").collect().height
    0
    """

    path: Path

    @property
    def exists(self) -> bool:
        """Whether anything was ever written."""
        return path_in(self.path).is_file()

    @property
    def manifest(self) -> Manifest:
        """The manifest at this moment; an empty one when nothing was ever written."""
        return Manifest.load(self.path)

    @property
    def version(self) -> str:
        """The fingerprint of the content: equal data, equal version; empty when nothing was written."""
        return self.manifest.version

    @property
    def written(self) -> float | None:
        """When it was written last, in seconds since 1970; None when nothing ever was."""
        return path_in(self.path).stat().st_mtime if self.exists else None

    def verified_manifest(self) -> Manifest:
        """The manifest, after a look that every file it names is there."""
        for table in LAKE_TABLES:
            self.files(table)
        return self.manifest

    def check_written(self) -> None:
        """Raise :class:`StamkundError` ``no_lake`` when nothing was ever written, or the manifest was taken away."""
        if not self.exists:
            raise StamkundError("no_lake", folder=str(self.path))

    def corrupt(self, problem: str) -> StamkundError:
        """The error for a manifest of this lake that cannot be used."""
        return corrupt(path_in(self.path), problem)

    def files(self, table: LakeTable) -> list[Path]:
        """The files that hold a table at this moment, in a lake of any format."""
        return [self._file(name) for name in self.manifest.files(table)]

    def parts(self, table: LakeTable) -> dict[str, Path]:
        """The files that hold a table at this moment by their labels; those of events are months, such as 2017-12."""
        return {entry.part: self._file(entry.file) for entry in self.manifest.tables.get(table, ())}

    def scan(self, table: LakeTable) -> pl.LazyFrame:
        """A canonical table, lazily; empty, with its columns, when it was never written."""
        self.manifest.check_format(self.path)
        files, columns = self.files(table), schema(table)
        if not files:
            return pl.LazyFrame(schema=columns)
        if table in WITH_MORE:  # whatever these are
            frame = pl.scan_parquet(files)
            missing = columns.keys() - frame.collect_schema().names()
            return frame.with_columns(pl.lit(None, columns[name]).alias(name) for name in sorted(missing))
        return pl.scan_parquet(files, schema=columns, missing_columns="insert")

    def write(self, tables: Mapping[Table, pl.DataFrame]) -> None:
        """Replace the whole lake by these frames, their canonical columns completed with nulls."""
        with self.writing() as draft:
            for table, frame in tables.items():
                for label, part in partition(table, frame):
                    part.write_parquet(draft.part(table, label), compression="zstd", row_group_size=ROW_GROUP)

    def write_people(self, tables: Mapping[PeopleTable, pl.DataFrame]) -> None:
        """Replace the tables of who is who by these, and keep all others; equal content is an equal lake.

        It is the second half of a build: whoever reads the lake of before the build may finish all the same.
        """
        with self.writing(clear=False) as draft:
            draft.watermarks = self.manifest.watermarks
            for name in LAKE_TABLES:
                if name not in PEOPLE_TABLES:
                    draft.keep(name, self.parts(name))
            for table, frame in tables.items():
                typed = frame.cast(schema(table))
                typed.write_parquet(draft.part(table), compression="zstd", row_group_size=ROW_GROUP)

    @contextmanager
    def writing(self, *, clear: bool = True) -> Iterator[Draft]:
        """The next lake, to be filled: on leaving, it replaces this one; then older files are cleared away.

        Whoever reads meanwhile sees the old lake until the manifest is renamed. If anything fails before that, the
        old lake stays.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        with alone(self.path):
            for leftover in self.path.glob(".writing-*"):  # of a writer that was killed
                shutil.rmtree(leftover)
            with tempfile.TemporaryDirectory(prefix=".writing-", dir=self.path) as folder:
                draft = Draft(Path(folder))
                yield draft
                self._publish(draft, clear=clear)

    def _publish(self, draft: Draft, *, clear: bool) -> None:
        before = self.manifest
        draft.publish(before, self.path).save(self.path)
        if clear:
            self.clear(before)

    def clear(self, before: Manifest) -> None:
        """Delete what neither this lake needs nor whoever still reads the one before."""
        names = {name for each in (before, self.manifest) for table in LAKE_TABLES for name in each.files(table)}
        for file in self.path.glob("*.parquet"):
            if file.name not in names:
                file.unlink()

    def _file(self, name: str) -> Path:
        file = self.path / name
        if not file.is_file():
            raise self.corrupt(f"it names {name}, which is not there")
        return file
