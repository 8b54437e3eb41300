"""The manifest of a lake: a JSON file that names the Parquet files of each table, replaced in one step."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from features.errors import StamkundError
from features.events.tables import LakeTable
from features.files import write_text

FORMAT = 6  # that this version writes
_FILE = "manifest.json"


class Entry(BaseModel):
    """One file of a table; ``part`` is the label of what it holds: a month of events (``2017-12``), or ``all``."""

    model_config = ConfigDict(frozen=True, strict=True)

    part: str = ""  # absent in formats before 2
    file: str
    sha256: str
    rows: int


class Manifest(BaseModel):
    """What a lake holds: the files of each table, and how far its sources were read (None: unknown).

    ``version`` is a fingerprint of the content: equal data, equal version; empty when nothing was ever written.
    """

    model_config = ConfigDict(frozen=True, strict=True)

    format: int
    version: str
    tables: Mapping[str, Sequence[Entry]]
    watermarks: Mapping[str, Any] | None = None

    @model_validator(mode="after")
    def _check_labels(self) -> Self:
        if self.format == FORMAT and not all(entry.part for entries in self.tables.values() for entry in entries):
            msg = f"a file has no `part`, which format {FORMAT} needs"
            raise ValueError(msg)
        return self

    @classmethod
    def of(cls, tables: Mapping[str, Sequence[Entry]], watermarks: Mapping[str, object] | None) -> Self:
        """The manifest of these files."""
        content = {table: [entry.model_dump() for entry in entries] for table, entries in tables.items()}
        version = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
        return cls(format=FORMAT, version=version, tables=tables, watermarks=watermarks)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The manifest in a folder; an empty one when there is none.

        Raises :class:`StamkundError` ``lake_corrupt`` when the file is no manifest.

        >>> Manifest.load(Path("nowhere")).version
        ''
        """
        path = path_in(folder)
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return cls(format=FORMAT, version="", tables={})
        except ValidationError as error:
            raise corrupt(path, first_problem(error)) from None

    def check_format(self, folder: Path) -> None:
        """Refuse a lake of another format: its columns may mean something else."""
        if self.format != FORMAT:
            case = "other_lake_format.newer" if self.format > FORMAT else "other_lake_format"
            raise StamkundError(case, folder=str(folder), format=self.format, own=FORMAT)

    def save(self, folder: Path) -> None:
        """Replace the manifest in a folder in one step."""
        write_text(path_in(folder), self.model_dump_json(indent=1))

    def files(self, table: LakeTable) -> list[str]:
        """The names of a table's files."""
        return [entry.file for entry in self.tables.get(table, ())]


def path_in(folder: Path) -> Path:
    """Where the manifest of a lake in a folder lies."""
    return folder / _FILE


def corrupt(path: Path, problem: str) -> StamkundError:
    """The error for a manifest that cannot be used, with what is wrong in it."""
    return StamkundError("lake_corrupt", file=str(path), folder=str(path.parent), problem=problem)


def first_problem(error: ValidationError) -> str:
    """The first thing that a validation found wrong, with its place."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(map(str, first["loc"]))
    return f"{place}: {first['msg']}" if place else first["msg"]
