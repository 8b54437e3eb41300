"""What the tables of insights hold of people, and how it is taken out."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from features import compute as pc
from features.config.settings import Settings
from features.events.identifiers import is_visitor
from features.files import atomic_file
from features.moments import iso
from features.privacy.holding import Holding, Rows
from insights.tables import Tables

_MOMENTS: Final = ("start", "entered", "last")  # columns in µs


def forget(settings: Settings, customers: Collection[str]) -> None:
    """Take customers from the lists, also from those of the refresh before; the next one takes them from the figures.

    Tables that cannot be read, such as those of another format, are removed whole: a refresh writes them anew.
    """
    tables = Tables(settings.insights)
    try:
        lists = [file for file in tables.files() if _names_people(file)] if tables.readable else None
    except (OSError, pa.ArrowInvalid):
        lists = None
    if lists is None:
        tables.clear()
        return
    for file in lists:
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


def _names_people(file: Path) -> bool:
    return "customer_id" in pq.read_schema(file).names


def _held(settings: Settings, nodes: Collection[str]) -> Rows:
    own, tables = sorted(node for node in nodes if not is_visitor(node)), Tables(settings.insights)
    if not own or not tables.exists or not tables.readable:
        return []
    held = []
    for name in tables.manifest.files:
        file = tables.file(name)
        if file.suffix == ".parquet" and _names_people(file):
            rows = pq.read_table(file, filters=[("customer_id", "in", own)]).drop_columns(["as_of", "build"])
            held += [{"table": name, **row, **_told(row)} for row in rows.to_pylist()]
    return held


def _told(row: dict[str, object]) -> dict[str, object]:
    return {name: iso(value) for name in _MOMENTS if isinstance(value := row.get(name), int)}
