"""CDNOW's orders in the 39 weeks after 1997-09-30, foretold from rows up to that day alone.

The Pareto/NBD alone, and trees that multiply it: they learn at earlier month ends how customers' orders up to
1997-09-30 differed from what the Pareto/NBD of that month end said. Settings are those of the product's trees.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

import lightgbm as lgb
import numpy as np
import polars as pl

from benchmarks.clv.cdnow import AS_OF, Figures, microseconds
from features.arrays import Floats
from training.btyd import FITS, ParetoNBD, histories_of
from training.learners.trees import COMMON, ROUNDS, THREADS

DAYS: Final = 273
ORIGINS: Final = [datetime(1997, *day, tzinfo=UTC) for day in ((4, 30), (5, 31), (6, 30), (7, 31))]
RESAMPLES, INTERVAL = 1_000, (0.025, 0.975)


class Origin(NamedTuple):
    """What is known of customers at a moment, the orders that the Pareto/NBD expects, and those that came."""

    x: Floats
    expected: Floats
    came: Floats


def measure(orders: pl.DataFrame) -> Figures:
    """RMSE, MAE and total bias of each way; the bias of the trees with its interval over customers."""
    known = orders.filter(pl.col("time") <= AS_OF)
    test = origin(orders, AS_OF, DAYS)
    scores = {name: _foretold(orders, name) for name in ("bg_nbd", "mbg_nbd", "pareto_nbd")}
    scores["trees"] = by_trees([origin(known, day, (AS_OF - day).days) for day in ORIGINS], test)
    figures = dict[str, float]()
    for name, p in scores.items():
        error = p - test.came
        figures[f"transactions_{name}_rmse"] = float(np.sqrt(np.mean(error**2)))
        figures[f"transactions_{name}_mae"] = float(np.abs(error).mean())
        figures[f"transactions_{name}_bias"] = float(p.sum() / test.came.sum() - 1)
    low, high = _bias_interval(scores["trees"], test.came)
    return {**figures, "transactions_trees_bias_low": low, "transactions_trees_bias_high": high}


def origin(orders: pl.DataFrame, day: datetime, horizon: int) -> Origin:
    """Features from the orders up to a day, and the days with orders in the horizon after it."""
    customers, histories = histories_of(orders.lazy(), as_of=microseconds(day))
    model = ParetoNBD.fit(histories)
    expected = model.expected_orders(histories, float(horizon))
    before, value, quantity = orders.filter(pl.col("time") <= day), pl.col("value"), pl.col("quantity")
    recent = [(pl.col("time") > day - timedelta(days=span)).sum().alias(f"last_{span}") for span in (28, 56, 91)]
    first = [column.sort_by("time").first().name.prefix("first_") for column in (value, quantity)]
    sums = before.group_by("customer_id").agg(
        value.sum(), quantity.sum(), *first, *recent, largest=value.max(), latest=value.sort_by("time").last()
    )
    after = orders.filter(pl.col("time").is_between(day, day + timedelta(days=horizon), closed="right"))
    came = after.group_by("customer_id").agg(came=pl.col("time").n_unique())
    rows = customers.select("customer_id", "orders", "monetary")
    rows = rows.join(sums, on="customer_id", how="left", maintain_order="left")
    rows = rows.join(came, on="customer_id", how="left", maintain_order="left").fill_null(0)
    since, alive = histories.age - histories.recency, model.alive(histories)
    x = np.column_stack([rows.drop("customer_id", "came").to_numpy(), since, histories.age, alive, expected / horizon])
    return Origin(x.astype(np.float64), expected, rows["came"].cast(pl.Float64).to_numpy())


def by_trees(origins: list[Origin], test: Origin) -> Floats:
    """Poisson trees on top of what the Pareto/NBD expects."""
    x, expected, came = (np.concatenate(column) for column in zip(*origins, strict=True))
    settings = {**COMMON, "objective": "poisson", "num_iterations": ROUNDS, "num_threads": THREADS}
    trees = lgb.train(settings, lgb.Dataset(x, came, init_score=np.log(expected)))
    factor = np.asarray(trees.predict(test.x, raw_score=True), dtype=np.float64)
    return np.asarray(np.exp(factor) * test.expected, dtype=np.float64)


def _foretold(orders: pl.DataFrame, name: str) -> Floats:
    _, histories = histories_of(orders.lazy(), as_of=microseconds(AS_OF))
    return FITS[name](histories).expected_orders(histories, float(DAYS))


def _bias_interval(p: Floats, came: Floats) -> tuple[float, float]:
    rng = np.random.default_rng(7)
    rows = [rng.integers(0, len(p), len(p)) for _ in range(RESAMPLES)]
    low, high = np.quantile([p[row].sum() / came[row].sum() - 1 for row in rows], INTERVAL)
    return float(low), float(high)
