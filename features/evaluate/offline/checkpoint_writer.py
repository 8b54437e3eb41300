"""Writing a checkpoint, in one pass over the events that it is to hold."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import narwhals as nw
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from features.evaluate.offline.aggregate import collect
from features.evaluate.offline.blocks import read_events
from features.evaluate.offline.checkpoint import ABOUT, CENSUS, OPENINGS, Checkpoint, file_of
from features.evaluate.offline.labels import Events
from features.evaluate.offline.scan_tables import ScanTables, scan_tables
from features.evaluate.plan import Plan
from features.evaluate.scans import Scan, scans
from features.files import atomic_folder
from features.lake import Lake
from features.moments import micros, month, utc
from features.units import DAY

FORMAT = "2"  # of the files; a checkpoint of another format is written anew
LAG = 92 * DAY  # how much older than the newest possible checkpoint one may be before it is written anew


def checkpoint_for(
    lake: Lake, events: pl.LazyFrame, plan: Plan, path: Path, *, as_of: int, people: str = ""
) -> Checkpoint | None:
    """The checkpoint that profiles at ``as_of`` start from, of the lake's events with their customers.

    ``people`` is a fingerprint of who these are.
    None when no month ends before every window, or when something of such a month was not known yet.
    The one in the folder ``path`` stays while it holds these very events and terms; it is written anew when it lags.
    """
    furthest = as_of - int(plan.offsets[0])
    until = _month_start(furthest) - 1
    existing = Checkpoint.load(path)
    recent = existing is not None and until - LAG <= existing.until <= furthest
    if existing is not None and recent and existing.basis == _basis(lake, plan, existing.until, people):
        return existing if _last_known(lake, existing.until) <= as_of else None
    if not _months_before(lake, until) or _last_known(lake, until) > as_of:
        return None
    basis = _basis(lake, plan, until, people)
    return write_checkpoint(events, plan, path, until=until, basis=basis)


def _basis(lake: Lake, plan: Plan, until: int, people: str) -> str:
    """A fingerprint of the terms, of the people, and of the months that end by a moment."""
    parts = [FORMAT, plan.fingerprint, people, *(file.name for file in _months_before(lake, until))]
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16]


def _months_before(lake: Lake, until: int) -> list[Path]:
    after = month(until + 1)
    return [file for label, file in lake.parts("events").items() if label < after]


def _last_known(lake: Lake, until: int) -> int:
    """When the last event became known of those of the months that end by a moment; 0 where all were at once."""
    files = [file for file in _months_before(lake, until) if "known_at" in pq.read_schema(file).names]
    return max(
        (int(pl.scan_parquet(f).select(pl.col("known_at").max()).collect().item() or 0) for f in files), default=0
    )


def _month_start(moment: int) -> int:
    """The first moment of a month.

    >>> from datetime import date
    >>> _month_start(micros(date(2024, 2, 29))) == micros(date(2024, 2, 1))
    True
    """
    return micros(utc(moment).date().replace(day=1))


def write_checkpoint(events: pl.LazyFrame, plan: Plan, path: Path, *, until: int, basis: str) -> Checkpoint:
    """Aggregate the events up to ``until`` (µs) into the folder ``path``, in place of what it held."""
    frame, every_scan = read_events(events, plan), scans(plan)
    with atomic_folder(path) as draft:
        writers: dict[str, pq.ParquetWriter] = {}
        with ExitStack() as stack:
            for part in scan_tables(frame, plan, [np.array([until])] * len(every_scan), until=until):
                for name, table in _files(part, every_scan):
                    if name not in writers:
                        writers[name] = stack.enter_context(pq.ParquetWriter(draft / name, table.schema))
                    writers[name].write_table(table)
        if any(scan.reads_gaps for scan in every_scan):
            pq.write_table(_openings(frame, until).sort_by("customer_id"), draft / OPENINGS)
        (draft / ABOUT).write_text(json.dumps({"until": until, "basis": basis, "plan": plan.fingerprint}))
    return Checkpoint(path, until, basis, plan.fingerprint)


def _files(part: ScanTables, every_scan: Sequence[Scan]) -> Iterator[tuple[str, pa.Table]]:
    """The customers, and each scan's table with their ids in it, by the file that it goes to."""
    yield CENSUS, pa.table({"customer_id": part.customers, "first": part.first})
    for scan, table in zip(every_scan, part.tables, strict=True):
        with_ids = table.append_column("customer_id", part.customers.take(table["customer"]))
        yield file_of(scan), with_ids.drop_columns(["customer", "pane"])


def _openings(events: Events, until: int) -> pa.Table:
    """``customer_id, kind, time``: the last event of each customer and kind; of orders the first lines count."""
    past = events.filter(~nw.col("customer_id").is_null(), nw.col("time") <= until)
    opening = past.filter(nw.col("order_line").fill_null(1) == 1)
    return collect(opening.group_by("customer_id", "kind").agg(nw.col("time").max()))
