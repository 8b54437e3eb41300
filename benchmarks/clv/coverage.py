"""Whether four in five next orders of The Complete Journey come between the tenth and the ninetieth percentile.

Every four weeks the model of orders is fitted on what was known and asked when everybody orders next.
Whoever had not ordered by the end of the data is censored there, so shares are by Kaplan and Meier: over the chance
that the model gave to an order by the time it came, which is uniform where the model is right. Beside it the rule that
answers without a model: a mean gap after the last order. The last line is one JSON object with all figures.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from benchmarks.serving.worlds import EXAMPLE
from features import build
from features.arrays import Floats, Mask
from features.config.settings import Settings, read_settings
from features.lake import Lake
from features.units import DAY
from serving.scoring.next_order import WITHIN
from serving.scoring.orders import days_to_next_order
from training.btyd import times_to_next_order
from training.orders.fit import fit_orders
from training.orders.moments import customers_of, histories_at, next_orders, order_moments
from training.orders.shares import SHARES, placed

LEAST: Final = 84  # days after each moment
HISTORY: Final = 112  # days before the first
STEP: Final = 28


class Outcome(NamedTuple):
    """One entry a customer at a moment: days to the next order or to the end, and what was said of it."""

    days: Floats
    came: Mask
    chance: Floats
    placed: Floats
    median: Floats
    rule: Floats


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as home:
        settings = read_settings(EXAMPLE).model_copy(update={"home": Path(home), "store": None, "registry": None})
        build(settings, as_of=settings.now())
        columns = [np.concatenate(column) for column in zip(*outcomes(settings), strict=True)]
    figures = measure(Outcome(*columns))
    for name, value in figures.items():
        print(f"  {name:36} {value:,.4f}")
    print(json.dumps({name: round(value, 4) for name, value in figures.items()}))


def outcomes(settings: Settings) -> Iterator[Outcome]:
    """What was said at each moment, and what came."""
    lake = Lake(settings.lake)
    everything = order_moments(lake, settings.timezone, as_of=settings.now())
    first, last = (int(getattr(everything["time"], end)()) for end in ("min", "max"))  # µs
    for as_of in range(first + HISTORY * DAY, last - LEAST * DAY + 1, STEP * DAY):
        moments = order_moments(lake, settings.timezone, as_of=as_of)
        model, known = (
            fit_orders(moments, minor_units=2, as_of=as_of, used_at=as_of),
            customers_of(moments, as_of=as_of),
        )
        print(f"  {model.customers:,} customers, shares {model.shares}: {model.timing}")
        days, came = next_orders(known, everything, as_of=as_of, until=last)
        histories, orders = histories_at(known, as_of=as_of), known["orders"].to_numpy()
        gaps = np.divide(histories.recency, orders - 1, out=np.full(len(days), np.nan), where=histories.frequency > 0)
        chance = model.timing.returned(histories, days)
        medians = times_to_next_order(model.timing, histories, model.shares[1:2], within=WITHIN)[:, 0]
        rule = days_to_next_order(gaps, histories.age - histories.recency)
        yield Outcome(days, came, chance, placed(chance, model.shares), medians, rule)


def measure(outcome: Outcome) -> dict[str, float]:
    """Coverage of the model's interval, and how the dates of model and rule stand to what came."""
    days, came, chance, at, median, rule = outcome
    low, high = (not_yet(at, came, share) for share in (SHARES[0], SHARES[-1]))
    raw = [not_yet(chance, came, share) for share in (SHARES[0], SHARES[-1])]
    both = np.isfinite(rule) & np.isfinite(median) & (np.maximum(rule, median) <= LEAST)
    told = {"model": median[both], "rule": rule[both]}
    return {
        "next_orders": float(len(days)),
        "next_orders_seen": float(came.mean()),
        "interval_coverage": low - high,
        "interval_coverage_of_bare_model": raw[0] - raw[1],
        "before_interval": 1 - low,
        "after_interval": high,
        "rule_says_today": float((rule[np.isfinite(rule)] == 0).mean()),
        "rule_says_none": float(np.isnan(rule).mean()),
        "model_says_none": float(np.isinf(median).mean()),
        **{f"{name}_came_by_then": float(((days[both] <= said) & came[both]).mean()) for name, said in told.items()},
        **{f"{name}_days_off": float(np.abs(days[both] - said).mean()) for name, said in told.items()},
    }


def not_yet(value: Floats, came: Mask, at: float) -> float:
    """Kaplan and Meier's share whose event comes after a value; of others it is known up to their value alone.

    >>> float(not_yet(np.array([0.2, 0.4, 0.6, 0.8]), np.array([True, False, True, True]), 0.7))
    0.375
    """
    order = np.lexsort((~came, value))
    left = np.arange(len(value), 0, -1)
    return float(np.prod((1 - came[order] / left)[value[order] <= at]))


if __name__ == "__main__":
    main()
