"""A world in which what a point of satisfaction is worth is known: who scores high spends more anyway.

A customer has a level of spending for good, and a mood that comes and goes by quarters; both move the answer and what
is spent. The answer itself adds ``truth`` a point to each later quarter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from features.units import DAY
from insights.intervals import p_value
from insights.worth import Scores, Spending, Windows, Worth, worth_of_a_point
from insights.worth.point import LEAST_PLACEBO

CUSTOMERS: Final = 1000
QUARTERS: Final = np.arange(-4, 3)  # around that of the answer
LASTS: Final = 0.3  # how much of a mood is left a quarter later
TRUTHS: Final = (0.0, 2.0)


def simulated(rng: np.random.Generator, truth: float, *, customers: int = CUSTOMERS) -> Worth:
    """What is found in one such world."""
    level = rng.gamma(4.0, 10.0, customers)
    mood = _moods(rng, customers)
    asked = int(np.flatnonzero(QUARTERS == 0)[0])
    score = np.clip(np.round(6 + 0.05 * (level - 40) + 1.2 * mood[:, asked] + rng.normal(0, 1.5, customers)), 0, 10)
    spent = level[:, None] + 8 * mood + rng.normal(0, 12, mood.shape) + truth * score[:, None] * (QUARTERS > 0)
    windows, moment = Windows(days=91, skip=45), 2000 * DAY
    times = moment + QUARTERS * 91 * DAY  # in the middle of each window
    who = np.arange(customers)
    spending = Spending.of(np.repeat(who, len(times)), np.tile(times, customers), spent.ravel())
    answers = Scores(who, np.full(customers, moment), score, np.ones(customers), np.zeros_like(who), response=0.2)
    since = np.zeros(customers, dtype=np.int64)
    return worth_of_a_point(answers, spending, since=since, as_of=moment + 200 * DAY, windows=windows)


def worth_figures(runs: int) -> Mapping[str, float]:
    """How often the interval holds the truth, and the placebo rejects a design that is right."""
    rng = np.random.default_rng(13)
    held, rejected, naive = [], [], []
    for run in range(runs):
        truth = TRUTHS[run % len(TRUTHS)]
        found = simulated(rng, truth)
        held.append(bool(found.spend.low <= truth <= found.spend.high))
        rejected.append(bool(p_value(found.placebo) < LEAST_PLACEBO))
        naive.append(float(found.naive.value) - truth)
    return {
        "worth_coverage": float(np.mean(held)),
        "placebo_rejects": float(np.mean(rejected)),
        "worth_naive_bias": float(np.mean(naive)),
    }


def _moods(rng: np.random.Generator, customers: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """``[customer, quarter]``: each is in part that of the quarter before, with variance 1."""
    moods = [rng.normal(size=customers)]
    for _ in QUARTERS[1:]:
        moods.append(LASTS * moods[-1] + np.sqrt(1 - LASTS**2) * rng.normal(size=customers))
    return np.stack(moods, axis=1)
