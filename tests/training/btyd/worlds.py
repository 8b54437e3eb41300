"""Customers drawn from a model whose parameters are known: their histories, and what they did afterwards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.arrays import Floats, Mask
from training.btyd.beta_geometric import BetaGeometric
from training.btyd.histories import Histories
from training.btyd.pareto import ParetoNBD


@dataclass(frozen=True)
class World:
    """Histories up to now, and what is true of the same customers: here or gone, orders later on, time to the next."""

    histories: Histories
    here: Mask
    later: Floats
    next_order: Floats


def beta_geometric(truth: BetaGeometric, age: Floats, horizon: float, *, seed: int = 7) -> World:
    """Customers who live as the model says; ``next_order`` is infinite for who makes none within the horizon."""
    rng = np.random.default_rng(seed)
    n = len(age)
    rate, leave = rng.gamma(truth.r, 1 / truth.alpha, n), rng.beta(truth.a, truth.b, n)
    stays = (rng.random(n) >= leave) | (not truth.leaves_at_first)
    clock, next_order = np.zeros(n), np.full(n, np.inf)
    x, recency, log_gaps, later = np.zeros((4, n))
    here = stays.copy()
    while stays.any():
        gap = rng.gamma(truth.k, 1, n) / rate
        clock += gap
        before, after = stays & (clock <= age), stays & (clock > age) & (clock <= age + horizon)
        x, recency, log_gaps = x + before, np.where(before, clock, recency), log_gaps + np.where(before, np.log(gap), 0)
        later, next_order = later + after, np.where(after, np.minimum(next_order, clock - age), next_order)
        stays = (before | after) & (rng.random(n) >= leave)
        here = np.where(before, stays, here)
    return World(Histories(x, recency, age, log_gaps), here, later, next_order)


def pareto(truth: ParetoNBD, age: Floats, horizon: float, *, seed: int = 7) -> World:
    """Customers who live as the model says, until the end of the horizon."""
    rng = np.random.default_rng(seed)
    n = len(age)
    rate, end = rng.gamma(truth.r, 1 / truth.alpha, n), rng.exponential(1 / rng.gamma(truth.s, 1 / truth.beta, n))
    clock, next_order = np.zeros(n), np.full(n, np.inf)
    x, recency, later = np.zeros((3, n))
    while (clock <= np.minimum(end, age + horizon)).any():
        clock += rng.exponential(1 / rate)
        before, after = (clock <= end) & (clock <= age), (clock <= end) & (clock > age) & (clock <= age + horizon)
        x, recency, later = x + before, np.where(before, clock, recency), later + after
        next_order = np.where(after, np.minimum(next_order, clock - age), next_order)
    return World(Histories(x, recency, age), end > age, later, next_order)
