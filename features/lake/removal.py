"""Rows taken out of a lake for good, and the files of before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from features.events.tables import LAKE_TABLES, LakeTable, schema
from features.files import alone
from features.lake.draft import Draft
from features.lake.events_file import ROW_GROUP, write_events
from features.lake.lake import Lake

_PLACE = "place of row"


@dataclass(frozen=True)
class Change:
    """What becomes of the rows of a table, told by some of its ``columns``.

    ``of`` gives of a frame of these the rows that stay, in their order, their values possibly others.
    """

    columns: tuple[str, ...]
    of: Callable[[pl.DataFrame], pl.DataFrame]


def change_rows(lake: Lake, changes: Mapping[LakeTable, Change], *, clear: bool = True) -> None:
    """Change some tables of the lake, each part in one pass; how far the sources were read stays as it is.

    Parts in which nothing changes stay as they are. Older files are cleared away, where nobody else does so.
    """
    if not lake.exists:
        return
    with lake.writing(clear=clear) as draft, ThreadPoolExecutor(2) as pool:  # one part is read while another is written
        draft.watermarks = lake.manifest.watermarks
        for table in LAKE_TABLES:
            parts = lake.parts(table)
            if table in changes:
                write = partial(_write, draft, table, changes[table])
                kept = [
                    label for label, changed in zip(parts, pool.map(write, parts.items()), strict=True) if not changed
                ]
            else:
                kept = list(parts)
            draft.keep(table, kept)


def changed(change: Change, told: pa.Table, whole: Callable[[], pa.Table]) -> pa.Table | None:
    """The ``whole`` rows after a change, of whose columns some are ``told``; None where that changes nothing."""
    types, there = schema("events"), [name for name in change.columns if name in told.column_names]
    nothing = [pl.lit(None, types[name]).alias(name) for name in change.columns if name not in there]
    before = pl.DataFrame(told.select(there)).with_columns(nothing).with_row_index(_PLACE)
    after = change.of(before)
    if after.equals(before):
        return None
    places, rows = after[_PLACE], whole()
    if len(places) < len(rows):
        rows = rows.take(places.to_arrow())
    for name in there:
        if not after[name].equals(before[name].gather(places), null_equal=True):
            values = after[name].to_arrow().cast(rows.schema.field(name).type)
            rows = rows.set_column(rows.column_names.index(name), rows.schema.field(name), values)
    return rows


def _write(draft: Draft, table: LakeTable, change: Change, part: tuple[str, Path]) -> bool:
    """Write a part as it is after a change; False where that changes nothing."""
    label, file = part
    told = [name for name in pq.read_schema(file).names if name in change.columns]
    rows = changed(change, pq.read_table(file, columns=told), lambda: pq.read_table(file))
    if rows is None:
        return False
    if table == "events":
        write_events(rows, draft.part(table, label))
    else:
        pq.write_table(rows, draft.part(table, label), compression="zstd", row_group_size=ROW_GROUP)
    return True


def discard_previous(lake: Lake) -> int:
    """Delete the files that only readers of the lake before need; returns how many."""
    if not lake.exists:
        return 0
    with alone(lake.path):
        named = {name for table in LAKE_TABLES for name in lake.manifest.files(table)}
        outdated = [file for file in lake.path.glob("*.parquet") if file.name not in named]
        for file in outdated:
            file.unlink()
    return len(outdated)
