"""The Parquet file of a month of events: equal events make equal files."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from features.events.tables import EVENTS

ROW_GROUP = 50_000
# What nearly every event says otherwise than the others is written as it is.
_DICTIONARIES = [name for name, role in EVENTS.items() if role in {"text", "number", "whole"}]


def write_events(events: pa.Table, file: Path) -> None:
    """Write events in their order; columns in which nothing is stand in no file, and no events make none."""
    filled = [name for name in EVENTS if name in events.column_names and events[name].null_count < len(events)]
    if filled:
        rows = events.select(filled).combine_chunks()  # what is written depends on how they are divided, too
        options = {"compression": "zstd", "row_group_size": ROW_GROUP, "use_dictionary": _DICTIONARIES}
        pq.write_table(rows, file, **options)
