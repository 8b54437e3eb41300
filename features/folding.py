"""Making a fold, in one pass over the events that it is to hold."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import narwhals as nw
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from features.aggregation import Events, collected
from features.fold import ABOUT, CENSUS, OPENINGS, Fold
from features.frames import admit_events
from features.plan import Plan
from features.scans import scans
from features.tables import Tables, tabulated


def fold_events(events: pl.LazyFrame, plan: Plan, path: Path, *, until: int, basis: str) -> Fold:
    """Fold the events up to ``until`` into a folder, in place of what it held."""
    draft = path.with_name(f".{path.name}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    admitted = admit_events(events, plan)
    writers: dict[str, pq.ParquetWriter] = {}
    with ExitStack() as opened:
        for part in tabulated(admitted, plan, [np.array([until])] * len(scans(plan)), until=until):
            for name, table in _named(part):
                if name not in writers:
                    writers[name] = opened.enter_context(pq.ParquetWriter(draft / name, table.schema))
                writers[name].write_table(table)
    if any(scan.rows == "gaps" for scan in scans(plan)):
        pq.write_table(_openings(admitted, until).sort_by("customer_id"), draft / OPENINGS)
    (draft / ABOUT).write_text(json.dumps({"until": until, "basis": basis}))
    shutil.rmtree(path, ignore_errors=True)
    draft.rename(path)
    return Fold(path, until, basis)


def _named(part: Tables) -> Iterator[tuple[str, pa.Table]]:
    """The customers, and each scan's table with their names in it, by the file that it goes to."""
    yield CENSUS, pa.table({"customer_id": part.customers, "first": part.first})
    for i, table in enumerate(part.tables):
        named = table.append_column("customer_id", part.customers.take(table["customer"]))
        yield f"scan-{i}.parquet", named.drop_columns(["customer", "pane"])


def _openings(events: Events, until: int) -> pa.Table:
    """The time of the last event of each customer and kind; of orders the first lines count."""
    known = events.filter(~nw.col("customer_id").is_null(), nw.col("time") <= until)
    opening = known.filter(nw.col("order_line").fill_null(1) == 1)
    return collected(opening.group_by("customer_id", "kind").agg(nw.col("time").max()))
