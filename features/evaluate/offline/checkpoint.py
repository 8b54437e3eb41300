"""The checkpoint: aggregates of old months, kept so that their events need not be read again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa

from features import compute as pc
from features.evaluate.scans import Scan

ABOUT, CENSUS, OPENINGS, PEOPLE = "about.json", "census.parquet", "openings.parquet", "people.parquet"


@dataclass(frozen=True)
class Checkpoint:
    """A folder that holds the tables of all scans over the events up to ``until`` (µs).

    Beside them lie the customers with the times of their first events, and the last event of each kind (the opening of
    the next gap), and who the people are. ``basis`` is a fingerprint of the events and terms that it was made from,
    ``plan`` one of the terms alone. It serves moments at which no span starts or ends before ``until``.
    """

    path: Path
    until: int
    basis: str
    plan: str

    @classmethod
    def load(cls, path: Path) -> Checkpoint | None:
        """The checkpoint in a folder, if there is one."""
        try:
            about = json.loads((path / ABOUT).read_text())
        except FileNotFoundError:
            return None
        return cls(path, about["until"], about["basis"], about["plan"])

    def changed(self, joined: pl.DataFrame) -> pl.Series:
        """The customers of whom a fragment came or went since, by whose ``joined`` fragments are now."""
        before = pl.read_parquet(self.path / PEOPLE)
        pairs = ((before, joined), (joined, before))
        moved = pl.concat([one.join(other, on=one.columns, how="anti", nulls_equal=True) for one, other in pairs])
        return pl.concat([moved["fragment"], moved["customer_id"]]).drop_nulls().unique().alias("customer_id")

    def census(self, schema: pa.Schema) -> pa.Table:
        """Every customer with an event up to ``until``, and the time of the first; ``events == 0``: nothing is left."""
        customers = pl.read_parquet(self.path / CENSUS).with_columns(events=pl.lit(0, pl.Int64))
        return customers.to_arrow().select(schema.names).cast(schema)

    def openings(self, customers: pa.Array, schema: pl.Schema) -> pl.DataFrame:
        """The last event of each kind of these customers, as rows of events that the next gaps are counted from."""
        constants = {"order_line": pl.lit(1, pl.Int64), "event_id": pl.lit(""), "source": pl.lit("")}
        defaults = {name: pl.lit(None, dtype) for name, dtype in schema.items()} | constants
        rows = self._rows_of(OPENINGS, customers)
        return rows.with_columns(defaults[n].alias(n) for n in schema if n not in rows.columns).select(*schema)

    def table(self, scan: Scan, customers: pa.Array, schema: pa.Schema) -> pa.Table:
        """The table of a scan for these customers, who lie in the order of their ids; all of it lies in pane 0."""
        rows = self._rows_of(file_of(scan), customers).to_arrow()
        place = pc.index_in(rows["customer_id"], value_set=customers.cast(rows["customer_id"].type))
        pane = pa.repeat(pa.scalar(0, pa.int64()), len(rows))
        table = rows.append_column("customer", place.cast(pa.int64())).append_column("pane", pane)
        return table.select(schema.names).cast(schema)

    def _rows_of(self, name: str, customers: pa.Array) -> pl.DataFrame:
        """The rows of a file whose customers lie in the range of these."""
        if not len(customers):
            return pl.read_parquet(self.path / name, n_rows=0)
        low, high = (pl.lit(customers[end].as_py()) for end in (0, -1))
        return pl.scan_parquet(self.path / name).filter(pl.col("customer_id").is_between(low, high)).collect()


def file_of(scan: Scan) -> str:
    """The file of a scan's table, named by what the scan computes: another order of scans reads no other's numbers."""
    return f"scan-{scan.fingerprint}.parquet"
