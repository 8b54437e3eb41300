"""The truth that the benchmark of quality holds scores against is that of the orders which it makes."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from benchmarks.quality.truth import DAYS, expected, orders, truth
from features.moments import micros
from features.units import DAY


@pytest.mark.parametrize("season", ["plain", "season"])
def test_what_is_expected_comes_on_average(season: str) -> None:
    at, horizon = micros(DAYS[season]), 28
    people = truth(6_000)
    made = orders(people).with_columns(pl.col("time").cast(pl.Int64))
    joined = made.filter(pl.col("time") <= at)["customer_id"].unique()
    after = made.filter(pl.col("time").is_between(at + 1, at + horizon * DAY)).group_by("customer_id")
    came = people.join(after.agg(pl.col("value").sum()), on="customer_id", how="left", maintain_order="left")
    here = people["customer_id"].is_in(joined.implode()).to_numpy()
    none, amount = (each[here] for each in expected(people, at, horizon))
    value = came["value"].fill_null(0.0).to_numpy()[here]
    off = np.array([(value == 0) - none, value - amount])
    staying = none < 1
    likely = none > np.median(none[staying])  # not to order
    assert not value[~staying].any()
    for rows in (staying & likely, staying & ~likely):
        error = off[:, rows].std(axis=1) / np.sqrt(rows.sum())
        assert (np.abs(off[:, rows].mean(axis=1)) < 3 * error).all()
