"""Writing a checkpoint, in one pass over the events that it is to hold, or over those of whom people are others now."""

from __future__ import annotations

import hashlib
import json
import tempfile
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
from features.evaluate.offline.checkpoint import ABOUT, CENSUS, OPENINGS, PEOPLE, Checkpoint, file_of
from features.evaluate.offline.labels import Events
from features.evaluate.offline.scan_tables import ScanTables, scan_tables
from features.evaluate.plan import Plan
from features.evaluate.scans import Scan, scans
from features.files import atomic_folder
from features.lake import ROW_GROUP, Lake
from features.moments import micros, month, utc
from features.units import DAY

FORMAT = "3"  # of the files; a checkpoint of another format is written anew
LAG = 92 * DAY  # how much older than the newest possible checkpoint one may be before it is written anew
NOBODY = pl.DataFrame(schema={"fragment": pl.String, "customer_id": pl.String, "nobody_from": pl.Int64})


def checkpoint_for(
    lake: Lake, events: pl.LazyFrame, plan: Plan, path: Path, *, as_of: int, joined: pl.DataFrame = NOBODY
) -> Checkpoint | None:
    """The checkpoint that profiles at ``as_of`` start from, of the lake's events with their customers.

    ``joined`` tells who these are: ``fragment, customer_id`` and ``nobody_from`` of all who are not by the rule.
    None when no month ends before every window, or when something of such a month was not known yet.
    The one in the folder ``path`` stays while it holds these very events and terms; of customers who are other people
    now it is made anew. It is written anew as a whole when it lags.
    """
    furthest = as_of - int(plan.offsets[0])
    until = _month_start(furthest) - 1
    existing = Checkpoint.load(path)
    recent = existing is not None and until - LAG <= existing.until <= furthest
    if existing is not None and recent and existing.basis == _basis(lake, plan, existing.until):
        if _last_known(lake, existing.until) > as_of:
            return None
        changed = existing.changed(joined)
        return _renewed(existing, events, plan, joined, changed) if len(changed) else existing
    if not _months_before(lake, until) or _last_known(lake, until) > as_of:
        return None
    return write_checkpoint(events, plan, path, until=until, basis=_basis(lake, plan, until), joined=joined)


def _basis(lake: Lake, plan: Plan, until: int) -> str:
    """A fingerprint of the terms, and of the months that end by a moment."""
    parts = [FORMAT, plan.fingerprint, *(file.name for file in _months_before(lake, until))]
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


def write_checkpoint(
    events: pl.LazyFrame, plan: Plan, path: Path, *, until: int, basis: str, joined: pl.DataFrame = NOBODY
) -> Checkpoint:
    """Aggregate the events up to ``until`` (µs) into the folder ``path``, in place of what it held."""
    checkpoint = Checkpoint(path, until, basis, plan.fingerprint)
    with atomic_folder(path) as draft:
        write_tables(events, plan, draft, until=until)
        _write_about(checkpoint, joined, draft)
    return checkpoint


def _renewed(
    existing: Checkpoint, events: pl.LazyFrame, plan: Plan, joined: pl.DataFrame, changed: pl.Series
) -> Checkpoint:
    """The checkpoint with the aggregates of some customers made anew, behind those of all others."""
    among = pl.col("customer_id").is_in(changed.implode())
    with atomic_folder(existing.path) as draft, tempfile.TemporaryDirectory() as folder:
        write_tables(events.filter(among), plan, Path(folder), until=existing.until)
        for file in Path(folder).iterdir():
            others = pl.scan_parquet(existing.path / file.name).filter(~among)
            pl.concat([others, pl.scan_parquet(file)]).sink_parquet(draft / file.name, row_group_size=ROW_GROUP)
        _write_about(existing, joined, draft)
    return existing


def _write_about(checkpoint: Checkpoint, joined: pl.DataFrame, folder: Path) -> None:
    """What the tables in a folder are of."""
    joined.write_parquet(folder / PEOPLE)
    about = {"until": checkpoint.until, "basis": checkpoint.basis, "plan": checkpoint.plan}
    (folder / ABOUT).write_text(json.dumps(about))


def write_tables(events: pl.LazyFrame, plan: Plan, folder: Path, *, until: int) -> None:
    """The tables of a checkpoint, of the events up to ``until`` (µs)."""
    frame, every_scan = read_events(events, plan), scans(plan)
    writers: dict[str, pq.ParquetWriter] = {}
    with ExitStack() as stack:
        for part in scan_tables(frame, plan, [np.array([until])] * len(every_scan), until=until):
            for name, table in _files(part, every_scan):
                if name not in writers:
                    writers[name] = stack.enter_context(pq.ParquetWriter(folder / name, table.schema))
                writers[name].write_table(table)
    if any(scan.reads_gaps for scan in every_scan):
        pq.write_table(_openings(frame, until).sort_by("customer_id"), folder / OPENINGS)


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
