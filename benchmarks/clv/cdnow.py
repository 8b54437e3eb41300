"""BG/NBD of all of CDNOW's customers: its parameters, the time to find them, and both beside lifetimes."""

from __future__ import annotations

import importlib
import importlib.util
import warnings
from collections.abc import Callable
from dataclasses import astuple
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Final

import numpy as np
import polars as pl

from training.btyd import BetaGeometric, Histories, histories_of

FILE: Final = "cdnow/transactions_master.parquet"
AS_OF: Final = datetime(1997, 9, 30, tzinfo=UTC)
REFERENCE: Final = (0.25162, 4.78895, 0.72343, 2.16109)  # r, alpha, a, b in weeks, as lifetimes 0.11.3 finds them
ROUNDS: Final = 7
Figures = dict[str, float]


def read(data: Path) -> pl.DataFrame:
    """The orders, as ``customer_id, time, value, quantity``."""
    orders = pl.read_parquet(data / FILE)
    time = pl.col("date").dt.replace_time_zone("UTC")
    return orders.select("customer_id", "quantity", time=time, value="amount")


def microseconds(moment: datetime) -> int:
    """A moment as the product counts it."""
    return int(moment.timestamp()) * 1_000_000


def measure(orders: pl.DataFrame) -> Figures:
    """Fit all customers by 39 weeks of orders; each fit is timed so many times, ours and theirs in turn."""
    _, days = histories_of(orders.lazy(), as_of=microseconds(AS_OF))
    weeks = Histories(days.frequency, days.recency / 7, days.age / 7)
    model, theirs = BetaGeometric.fit(weeks, leaves_at_first=False), _peer(weeks)
    error = np.abs(np.array(astuple(model)[:4]) / REFERENCE - 1).max()
    assert error < 1e-4, f"{model} is not {REFERENCE}"
    seconds, peer_seconds = list[float](), list[float]()
    for _ in range(ROUNDS):
        seconds.append(_seconds(lambda: BetaGeometric.fit(weeks, leaves_at_first=False)))
        if theirs is not None:
            peer_seconds.append(_seconds(theirs))
    figures = {
        "fit_seconds": float(np.median(seconds)),
        "parameter_error": float(error),
        "log_likelihood": model.log_likelihood(weeks),
    }
    if theirs is None:
        return figures
    assert np.allclose(theirs(), astuple(model)[:4], rtol=1e-4), "lifetimes finds other parameters"
    median = float(np.median(peer_seconds))
    return {**figures, "lifetimes_seconds": median, "lifetimes_ratio": median / figures["fit_seconds"]}


def _peer(weeks: Histories) -> Callable[[], list[float]] | None:
    """The fit by lifetimes, where it is installed."""
    if importlib.util.find_spec("lifetimes") is None:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lifetimes = importlib.import_module("lifetimes")

    def fit() -> list[float]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = lifetimes.BetaGeoFitter().fit(weeks.frequency, weeks.recency, weeks.age)
        return [float(found.params_[name]) for name in ("r", "alpha", "a", "b")]

    return fit


def _seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start
