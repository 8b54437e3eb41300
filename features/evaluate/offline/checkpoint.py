"""The fold: what every scan says of the events up to a moment, kept so that they need not be read again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

ABOUT, CENSUS, OPENINGS = "about.json", "census.parquet", "openings.parquet"


@dataclass(frozen=True)
class Fold:
    """A folder that holds, of the events up to ``until`` (µs), a table a scan, the customers, and their last openings.

    ``basis`` says of which events and for which features it was made, ``plan`` which terms it has. It serves moments at
    which no span of a feature starts or ends earlier.
    """

    path: Path
    until: int
    basis: str
    plan: str

    @classmethod
    def load(cls, path: Path) -> Fold | None:
        """The fold in a folder, if there is one."""
        try:
            about = json.loads((path / ABOUT).read_text())
        except FileNotFoundError:
            return None
        return cls(path, about["until"], about["basis"], about["plan"])

    def census(self, schema: pa.Schema) -> pa.Table:
        """Every customer who had an event by then, the time of the first one, and that nothing of it is read."""
        held = pl.read_parquet(self.path / CENSUS).with_columns(events=pl.lit(0, pl.Int64))
        return held.to_arrow().select(schema.names).cast(schema)

    def openings(self, customers: pa.Array, schema: pl.Schema) -> pl.DataFrame:
        """The last event of each kind of these customers, as an event that gaps are counted from."""
        told = {"order_line": pl.lit(1, pl.Int64), "event_id": pl.lit("")}
        empty = {name: pl.lit(None, dtype) for name, dtype in schema.items()} | told
        held = self._of(OPENINGS, customers)
        return held.with_columns(empty[n].alias(n) for n in schema if n not in held.columns).select(*schema)

    def table(self, scan: int, customers: pa.Array, schema: pa.Schema) -> pa.Table:
        """What a scan says of these customers, who lie in order; all of it lies in pane 0."""
        held = self._of(f"scan-{scan}.parquet", customers).to_arrow()
        place = pc.index_in(held["customer_id"], value_set=customers.cast(held["customer_id"].type))
        pane = pa.repeat(pa.scalar(0, pa.int64()), len(held))
        told = held.append_column("customer", place.cast(pa.int64())).append_column("pane", pane)
        return told.select(schema.names).cast(schema)

    def _of(self, name: str, customers: pa.Array) -> pl.DataFrame:
        """The rows of one file that speak of customers in this range of names."""
        if not len(customers):
            return pl.read_parquet(self.path / name, n_rows=0)
        low, high = (pl.lit(customers[end].as_py()) for end in (0, -1))
        return pl.scan_parquet(self.path / name).filter(pl.col("customer_id").is_between(low, high)).collect()
