"""What the tables of insights hold of people, and how it is taken out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features.config.settings import Settings
from features.events.identifiers import is_visitor
from features.files import atomic_file
from features.moments import iso
from features.privacy.holding import Holding, Rows
from insights.tables import Tables

_MOMENTS: Final = ("start", "entered", "last")  # columns in µs


def forget(settings: Settings, customers: Collection[str]) -> None:
    """Take customers from the lists; the figures lose them at the next refresh."""
    for _, file in _lists(settings):
        rows = pq.read_table(file)
        theirs = pc.is_in(rows["customer_id"], pa.array(sorted(customers), pa.string()))
        if pc.any(theirs).as_py():
            with atomic_file(file) as draft:
                pq.write_table(rows.filter(pc.invert(theirs)), draft, compression="zstd")


def holdings(settings: Settings) -> list[Holding]:
    """What the lists of people behind the figures hold."""
    what, why = "Which customers are behind each figure of the insights.", "So that a number can be looked into."
    kept = "until the person is erased, or the next refresh finds them no more"
    return [Holding("insights", str(settings.insights), what, why, kept, partial(_held, settings))]


def _lists(settings: Settings) -> Iterator[tuple[str, Path]]:
    """The tables that name customers."""
    tables = Tables(settings.insights)
    for name in tables.manifest.files if tables.exists else ():
        file = tables.file(name)
        if file.suffix == ".parquet" and "customer_id" in pq.read_schema(file).names:
            yield name, file


def _held(settings: Settings, nodes: Collection[str]) -> Rows:
    own = sorted(node for node in nodes if not is_visitor(node))
    if not own:
        return []
    held = []
    for name, file in _lists(settings):
        rows = pq.read_table(file, filters=[("customer_id", "in", own)]).drop_columns(["as_of", "build"])
        held += [{"table": name, **row, **_told(row)} for row in rows.to_pylist()]
    return held


def _told(row: dict[str, object]) -> dict[str, object]:
    return {name: iso(value) for name in _MOMENTS if isinstance(value := row.get(name), int)}
