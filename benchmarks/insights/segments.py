"""How long it takes to count a segment of six conditions among a million customers, from columns on the disk."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

from features.language.rules.rule import Rule
from features.language.rules.types import Names
from insights.segments.columns.column import Column
from insights.segments.customers import Columns
from insights.segments.files import open_columns, write_columns

NAMES = Names({
    "features": {"orders_90d": "number", "spend_90d": "number", "recency": "number", "stage": "text"},
    "percentiles": {"recency": "number"}, "traits": {"city": "text"}, "consent": {"news": "boolean"},
})  # fmt: skip
RULE = (
    'features.stage in ["loyal", "active"] && features.spend_90d >= 100 && features.orders_90d > 2 && '
    'percentiles.recency < 75 && (traits.city == "city 7" || traits.city.startsWith("city 1")) && consent.news'
)
STAGES = ["active", "at_risk", "lapsed", "loyal", "new"]
ROUNDS = 15


def columns_of(customers: int) -> Columns:
    """Columns of so many drawn customers."""
    draw = np.random.default_rng(7)
    spend = np.round(draw.gamma(1.0, 150.0, customers), 2)
    spend[draw.random(customers) < 0.2] = np.nan
    columns = {
        "features.orders_90d": Column.of_numbers(draw.poisson(3, customers).astype(np.float64)),
        "features.spend_90d": Column.of_numbers(spend),
        "features.recency": Column.of_numbers(draw.exponential(1.0, customers)),
        "features.stage": Column.of_codes(draw.integers(0, 5, customers), STAGES, "text"),
        "traits.city": Column.of_codes(draw.integers(-1, 300, customers), [f"city {n}" for n in range(300)], "text"),
        "consent.news": Column.of_codes(draw.integers(0, 2, customers), (False, True), "boolean"),
    }
    return Columns(pa.array([f"{n:07}" for n in range(customers)]), columns, 0, "drawn", "UTC")


def by_hand(columns: Columns) -> int:
    """The same number, written out in NumPy."""
    cells = {name: column.cell(slice(None)) for name, column in columns.columns.items()}
    city = cells["traits.city"].value.astype(str)
    holds = np.isin(cells["features.stage"].value.astype(str), ["loyal", "active"])
    holds &= (cells["features.spend_90d"].value >= 100) & (cells["features.orders_90d"].value > 2)
    recency = cells["features.recency"].value
    holds &= (recency.argsort().argsort() < 0.75 * len(recency)) & cells["consent.news"].value
    return int((holds & ((city == "city 7") | np.char.startswith(city, "city 1"))).sum())


def measure(customers: int = 1_000_000) -> dict[str, float]:
    """``segment_count_ms``, the median, tells what keeps others out too; ``segment_members_ms`` who is in alone."""
    rule, counts, whole = Rule.of(RULE, NAMES), list[float](), list[float]()
    with tempfile.TemporaryDirectory() as folder:
        write_columns(Path(folder), columns_of(customers))
        assert open_columns(Path(folder)).count(rule, {}).members == by_hand(open_columns(Path(folder)))
        for _ in range(ROUNDS):
            columns = open_columns(Path(folder))  # as a worker does once a refresh
            start = time.perf_counter()
            columns.count(rule, {})
            counts.append(time.perf_counter() - start)
            start = time.perf_counter()
            columns.members(rule, {})
            whole.append(time.perf_counter() - start)
    print(f"{customers:,} customers, six conditions: counted in {1000 * np.median(counts):.1f} ms (median of {ROUNDS})")
    return {"segment_count_ms": 1000 * float(np.median(counts)), "segment_members_ms": 1000 * float(np.median(whole))}
