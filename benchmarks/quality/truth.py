"""Customers whose every probability is known: what scores come to beside the truth, in plain weeks and in a season.

Three years of a shop whose customers order at gamma-distributed rates until an exponential lapse (Pareto/NBD), twice as
often from the first of November for eight weeks, for lognormal amounts around a mean of their own. A score is held
against the probability or expected amount of just that customer, and not against what happened to come: levels and
slopes are right or wrong beyond the luck of one draw.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table

from benchmarks.quality.sets import settings_of
from features import build
from features.arrays import Floats
from features.config.settings import Settings
from features.moments import micros
from features.units import DAY
from training.learners.calibration import fit_platt
from training.learners.model import Model
from training.metrics.probability import log_odds
from training.trainer import train
from training.verdict.evaluate import outcome_dataset

SEED: Final = 20_251_101
CUSTOMERS: Final = 60_000
START, END = date(2022, 9, 5), date(2026, 3, 2)
DAYS: Final = {"plain": date(2025, 9, 1), "season": date(2025, 11, 1)}
TARGETS: Final = {
    "lapse_28d": {"type": "lapse", "horizon": "28d", "active": "84d"},
    "spend_84d": {"type": "spend", "event": "order", "horizon": "84d", "active": "84d"},
}
_DAYS: Final = (END - START).days


def truth(n: int) -> pl.DataFrame:
    """Customers: days from ``START`` to ``joined`` and ``lapsed``, lapses and orders a plain day, and mean amount."""
    rng = np.random.default_rng(SEED)
    joined = rng.uniform(0, _DAYS, n)
    lapse_rate = rng.gamma(2.0, 1 / 800, n)
    drawn = {
        "joined": joined, "lapsed": joined + rng.exponential(1.0, n) / lapse_rate, "lapse_rate": lapse_rate,
        "rate": rng.gamma(1.5, 1 / 30, n), "mean": 30 * np.exp(rng.normal(0, 0.5, n)),
    }  # fmt: skip
    return pl.DataFrame({"customer_id": [f"c{i:05d}" for i in range(n)], **drawn})


def busy_days() -> Floats:
    """How many plain days' orders came by each day from ``START`` on: ``[day]``, 0 at first."""
    days = [START.toordinal() + i for i in range(_DAYS)]
    busy = [2.0 if 0 <= (each := date.fromordinal(d)).toordinal() - date(each.year, 11, 1).toordinal() < 56 else 1.0
            for d in days]  # fmt: skip
    return np.concatenate([[0.0], np.cumsum(busy)])


def orders(people: pl.DataFrame) -> pl.DataFrame:
    """The orders of all: the first one on joining, then as many as the rate brings until the lapse."""
    rng = np.random.default_rng(SEED + 1)
    busy = busy_days()
    grid = np.arange(_DAYS + 1)
    joined, lapsed, rate, mean = (people[name].to_numpy() for name in ("joined", "lapsed", "rate", "mean"))
    first, last = (np.interp(np.minimum(edge, _DAYS), grid, busy) for edge in (joined, lapsed))
    counts = rng.poisson(rate * (last - first))
    who = np.repeat(np.arange(len(rate)), counts + 1)
    at = np.interp(rng.uniform(first[who], last[who]), busy, grid)
    at[np.concatenate([[0], np.cumsum(counts + 1)[:-1]])] = joined
    value = mean[who] * np.exp(rng.normal(-0.08, 0.4, len(who)))
    time = micros(START) + (at * DAY).astype(np.int64)
    frame = {"customer_id": people["customer_id"].to_numpy()[who], "time": time, "value": value.round(2)}
    return pl.DataFrame(frame).with_columns(pl.col("time").cast(pl.Datetime("us"))).sort("time")


def expected(people: pl.DataFrame, at: int, horizon: int) -> tuple[Floats, Floats]:
    """The probability of no order within ``horizon`` days after ``at`` (µs), and the expected amount."""
    busy, begin = busy_days(), (at - micros(START)) / DAY
    ahead = np.interp(begin + np.arange(horizon + 1), np.arange(_DAYS + 1), busy)
    ahead -= ahead[0]
    alive = people["lapsed"].to_numpy() > begin
    rate, lapse_rate = (people[name].to_numpy()[:, None] for name in ("rate", "lapse_rate"))
    stays = np.exp(-lapse_rate * np.arange(horizon + 1))
    leaves = stays[:, :-1] - stays[:, 1:]
    middle = (ahead[:-1] + ahead[1:]) / 2
    none = np.exp(-rate * ahead[-1])[:, 0] * stays[:, -1] + (leaves * np.exp(-rate * middle)).sum(axis=1)
    number = (rate * np.diff(ahead) * (stays[:, :-1] + stays[:, 1:]) / 2).sum(axis=1)
    return np.where(alive, none, 1.0), np.where(alive, number, 0.0) * people["mean"].to_numpy()


@dataclass(frozen=True)
class Told:
    """One target on one day: how many customers, mean score over mean truth, the same of what came, and the slope."""

    name: str
    season: str
    rows: int
    level: float
    luck: float
    slope: float | None

    @property
    def figures(self) -> dict[str, float]:
        """Its figures by their keys."""
        prefix = f"synthetic.{self.name}.{self.season}"
        return {f"{prefix}.level": self.level} | ({} if self.slope is None else {f"{prefix}.slope": self.slope})


def measure(home: Path, customers: int = CUSTOMERS) -> list[Told]:
    """Each target on each day."""
    people = truth(customers)
    orders(people).write_parquet(home / "orders.parquet")
    columns = {"id": "customer_id", "time": "time", "value": "value"}
    source = {"table": "events", "kind": "order", "from": str(home / "orders.parquet"), "columns": columns}
    about = {"name": "Truth", "clock": f"{END}T00:00:00", "currency": "EUR"}
    settings = settings_of({**about, "sources": {"orders": source}, "targets": TARGETS}, home / "home")
    build(settings, as_of=settings.now())
    found = []
    for season, when in DAYS.items():
        for report in train(settings, as_of=micros(when)):
            assert report.model is not None, report.verdict
            found.append(_told(settings, report.model, people, season))
    return found


def _told(settings: Settings, model: Model, people: pl.DataFrame, season: str) -> Told:
    outcome = outcome_dataset(settings, model, as_of=model.as_of)
    none, amount = expected(people, model.as_of, model.target.horizon_us // DAY)
    place = {customer: i for i, customer in enumerate(people["customer_id"])}
    rows = np.array([place[customer] for customer in outcome.customers])
    scores, true = model.predict(outcome.x), (none if model.score_kind == "probability" else amount)[rows]
    slope = fit_platt(log_odds(scores), true).slope if model.score_kind == "probability" else None
    level, luck = (float(each.mean() / true.mean()) for each in (scores, outcome.y))
    return Told(model.name, season, len(rows), level, luck, slope)


def table_of(found: Sequence[Told]) -> Table:
    """The table for people."""
    table = Table("known truth", "when", "customers", "scores over truth", "what came over truth", "slope", box=None)
    for each in found:
        slope = "" if each.slope is None else f"{each.slope:.3f}"
        table.add_row(each.name, each.season, f"{each.rows:,}", f"{each.level:.3f}", f"{each.luck:.3f}", slope)
    return table


def main() -> None:
    """Measure, print the table, then the figures as one line of JSON."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--customers", type=int, default=CUSTOMERS, help="how many; fewer are faster, and noisier")
    choice = options.parse_args()
    with tempfile.TemporaryDirectory() as home:
        found = measure(Path(home), choice.customers)
    Console(width=120, highlight=False).print(table_of(found))
    print(json.dumps({key: round(value, 4) for each in found for key, value in each.figures.items()}))


if __name__ == "__main__":
    main()
