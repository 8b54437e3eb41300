"""Rows taken out of a lake for good, and the files of before."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import pyarrow.parquet as pq

from features.events.tables import LAKE_TABLES, LakeTable
from features.files import alone
from features.lake.events_file import ROW_GROUP, write_events
from features.lake.lake import Lake


def remove_rows(lake: Lake, conditions: Mapping[LakeTable, pl.Expr]) -> dict[LakeTable, int]:
    """Take the rows of some tables that meet a condition out of the lake; returns how many of each.

    Parts without such a row stay as they are; how far the sources were read stays so too.
    """
    removed: dict[LakeTable, int] = dict.fromkeys(conditions, 0)
    if not lake.exists:
        return removed
    with lake.writing() as draft:
        draft.watermarks = lake.manifest.watermarks
        for table in LAKE_TABLES:
            kept = list[str]()
            for label, file in lake.parts(table).items():
                rows = pl.scan_parquet(file)
                found = int(rows.filter(conditions[table]).select(pl.len()).collect().item()) if table in removed else 0
                if not found:
                    kept.append(label)
                    continue
                removed[table] += found
                kept_rows = rows.select((~conditions[table]).fill_null(value=True)).collect().to_series()
                rest = pq.read_table(file).filter(kept_rows.to_arrow())
                if table == "events":
                    write_events(rest, draft.part(table, label))
                else:
                    pq.write_table(rest, draft.part(table, label), compression="zstd", row_group_size=ROW_GROUP)
            draft.keep(table, kept)
    return removed


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
