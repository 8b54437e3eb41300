"""What a customer base of a given size takes: fit, and everything the models answer about each customer."""

from __future__ import annotations

import json
import sys
from time import perf_counter
from typing import Final

import numpy as np

from benchmarks.processes import peak
from features.arrays import Floats, Mask
from training.btyd import BetaGeometric, GammaGamma, Histories, discounted_orders, times_to_next_order

YEAR: Final = 365.0
Figures = dict[str, float]


def measure(customers: int) -> Figures:
    """Fit MBG/NBD and Gamma-Gamma; who is here, orders and value of a year, the next order's 80 % interval."""
    histories, mean_value = drawn(customers)
    start = perf_counter()
    orders = BetaGeometric.fit(histories)
    values = GammaGamma.fit(histories.frequency + 1, mean_value)
    fitted = perf_counter()
    here, expected = orders.alive(histories), orders.expected_orders(histories, YEAR)
    value = values.expected_value(histories.frequency + 1, mean_value)
    clv = discounted_orders(orders, histories, YEAR, yearly_rate=0.1) * value
    valued = perf_counter()
    dates = times_to_next_order(orders, histories, [0.1, 0.5, 0.9], within=YEAR, if_any=True)
    end = perf_counter()
    assert all(np.isfinite(answer).all() for answer in (here, expected, clv, dates))
    return {
        "million_customers_seconds": end - start,
        "million_fit_seconds": fitted - start,
        "million_clv_seconds": valued - fitted,
        "million_dates_seconds": end - valued,
        "million_customers_gb": peak() * 2**20 / 1e9,
    }


def drawn(customers: int) -> tuple[Histories, Floats]:
    """Customers of up to three years, in whole days, as MBG/NBD and Gamma-Gamma would have them; some 5 orders each."""
    rng = np.random.default_rng(7)
    age = rng.integers(1, 1000, customers).astype(np.float64)
    rate, leave = rng.gamma(1.0, 1 / 40, customers), rng.beta(0.8, 4.0, customers)
    frequency, recency, clock = np.zeros((3, customers))
    stays: Mask = rng.random(customers) >= leave
    while stays.any():
        clock += rng.exponential(1, customers) / rate
        stays = stays & (clock <= age)
        frequency, recency = frequency + stays, np.where(stays, clock, recency)
        stays = stays & (rng.random(customers) >= leave)
    recency = np.where(frequency > 0, np.minimum(np.ceil(recency), age), 0)
    spread = rng.gamma(6.0 * (frequency + 1)) / (frequency + 1)
    return Histories(frequency, recency, age), spread / rng.gamma(4.0, 1 / 15, customers)


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
