"""The Parquet file of a month of events: equal events make equal files."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from features.events.tables import EVENTS

ROW_GROUP = 50_000
_OPTIONS = {
    "compression": "zstd",
    # What nearly every event says otherwise than the others is written as it is.
    "use_dictionary": [name for name, role in EVENTS.items() if role in {"text", "number", "whole"}],
    "write_statistics": ["fragment", "time"],  # the order of the rows: by these, readers leave groups out
}


def write_events(events: pa.Table, file: Path) -> None:
    """Write events in their order; columns in which nothing is stand in no file, and no events make none."""
    filled = [name for name in EVENTS if name in events.column_names and events[name].null_count < len(events)]
    if filled:
        rows = events.select(filled)
        with pq.ParquetWriter(file, rows.schema, **_OPTIONS) as writer:
            for start in range(0, len(rows), ROW_GROUP):  # what is written depends on how they are divided, too
                writer.write_table(rows.slice(start, ROW_GROUP).combine_chunks())
