"""The customers of the BTYD papers: a tenth of CDNOW's cohort of the first quarter of 1997, 39 weeks of orders.

``cdnow_sample.csv`` has one row a history: orders after the first, days to the last order and to 1997-09-30, cents of
the orders after the first, and how many customers have it. Published by Fader and Hardie (brucehardie.com/datasets).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from training.btyd.histories import Histories


def rows() -> pl.DataFrame:
    """One row a customer."""
    table = pl.read_csv(Path(__file__).with_name("cdnow_sample.csv"))
    return table.select(pl.exclude("customers").repeat_by("customers").explode())


def weeks() -> Histories:
    """The histories in weeks, the unit of the papers."""
    columns = rows().with_columns(pl.col("recency", "age") / 7).cast(pl.Float64)
    return Histories(*(columns[name].to_numpy() for name in ("frequency", "recency", "age")))
