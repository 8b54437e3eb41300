"""Which metrics there are without a word."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from features.lake import Lake
from insights.metrics.defaults import default_metrics

MONEY = {"revenue", "basket", "lifetime_value", "value_first_90d", "median_per_buyer", "revenue_per_buyer", "returned"}


@pytest.mark.parametrize(("values", "told"), [((None, None), set()), ((0, 0), set()), ((None, 900), MONEY)])
def test_orders_without_any_amount_tell_no_money(
    tmp_path: Path, values: tuple[int | None, ...], told: set[str]
) -> None:
    rows = [("a", "order", values[0]), ("b", "order", values[1]), ("b", "refund", 0)]
    events = [
        {"event_id": str(n), "customer_id": who, "time": n, "kind": kind, "order_line": 1, "value": value}
        for n, (who, kind, value) in enumerate(rows)
    ]
    Lake(tmp_path).write({"events": pl.DataFrame(events, infer_schema_length=None)})
    found = default_metrics(Lake(tmp_path))
    assert {*found} & MONEY == told
    assert {"orders", "buyers", "bought_again", "lapse"} <= {*found}
