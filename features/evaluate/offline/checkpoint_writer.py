"""Making a fold, in one pass over the events that it is to hold."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import narwhals as nw
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from features.evaluate.offline.aggregate import Events, collected
from features.evaluate.offline.blocks import admit_events
from features.evaluate.offline.checkpoint import ABOUT, CENSUS, OPENINGS, Fold
from features.evaluate.offline.scan_tables import Tables, tabulated
from features.evaluate.plan import Plan
from features.evaluate.scans import scans
from features.files import atomic_folder
from features.lake import Lake
from features.moments import micros, month, utc
from features.profiles.feature_set import FeatureSet
from features.units import DAY

FORMAT = "1"  # of what is folded; another one is made anew
BEHIND = 92 * DAY  # how much newer a fold could be before it is made anew


def fold_for(lake: Lake, feature_set: FeatureSet, path: Path, *, as_of: int) -> Fold | None:
    """What profiles at ``as_of`` can start from: the fold of the months before any window, or None without such months.

    The one in the folder stays while it holds these very events and features, and is made anew when it falls behind.
    """
    furthest = as_of - int(feature_set.plan.offsets[0])
    until = _month(furthest) - 1
    held = Fold.load(path)
    recent = held is not None and until - BEHIND <= held.until <= furthest
    if held is not None and recent and held.basis == _basis(lake, feature_set, held.until):
        return held
    if not _months(lake, until):
        return None
    basis = _basis(lake, feature_set, until)
    return fold_events(lake.scan("events"), feature_set.plan, path, until=until, basis=basis)


def _basis(lake: Lake, feature_set: FeatureSet, until: int) -> str:
    """A fingerprint of the features, and of the months that end by a moment."""
    said = " ".join([FORMAT, feature_set.hash, *(file.name for file in _months(lake, until))])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _months(lake: Lake, until: int) -> list[Path]:
    after = month(until + 1)
    return [file for label, file in lake.parts("events").items() if label < after]


def _month(moment: int) -> int:
    """The first moment of a month.

    >>> from datetime import date
    >>> _month(micros(date(2024, 2, 29))) == micros(date(2024, 2, 1))
    True
    """
    return micros(utc(moment).date().replace(day=1))


def fold_events(events: pl.LazyFrame, plan: Plan, path: Path, *, until: int, basis: str) -> Fold:
    """Fold the events up to ``until`` into a folder, in place of what it held."""
    admitted = admit_events(events, plan)
    with atomic_folder(path) as draft:
        writers: dict[str, pq.ParquetWriter] = {}
        with ExitStack() as opened:
            for part in tabulated(admitted, plan, [np.array([until])] * len(scans(plan)), until=until):
                for name, table in _named(part):
                    if name not in writers:
                        writers[name] = opened.enter_context(pq.ParquetWriter(draft / name, table.schema))
                    writers[name].write_table(table)
        if any(scan.between for scan in scans(plan)):
            pq.write_table(_openings(admitted, until).sort_by("customer_id"), draft / OPENINGS)
        (draft / ABOUT).write_text(json.dumps({"until": until, "basis": basis, "plan": plan.fingerprint}))
    return Fold(path, until, basis, plan.fingerprint)


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
