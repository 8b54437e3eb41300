"""Customers who drop out of a journey in a world whose truth is known: what each would have brought either way."""

from __future__ import annotations

import numpy as np
from rich.console import Console

from insights.loss.adjusted import Adjusted, adjusted

CUSTOMERS = 1_000


def loss_figures(runs: int) -> dict[str, float]:
    """How often the interval of what is lost holds the truth, and how far the plain gap overstates it."""
    inside, plain = [], []
    for seed in range(runs):
        held, overstated = _world(np.random.default_rng(seed))
        inside.append(held)
        plain.append(overstated)
    Console(highlight=False).print(f"Loss: the plain gap overstates it {np.mean(plain):.2f} ×")
    return {"loss_coverage": float(np.mean(inside))}


def _world(draw: np.random.Generator) -> tuple[bool, float]:
    """Whether the interval holds the truth, and the plain gap over it; amounts are skewed, a third buys nothing."""
    taste, rhythm = draw.normal(size=(2, CUSTOMERS))
    orders = draw.poisson(np.exp(0.5 + 0.5 * taste))
    spent = orders * draw.gamma(4, 10, CUSTOMERS)
    x = np.stack([taste + draw.normal(0, 0.1, CUSTOMERS), rhythm, orders, spent], axis=1)
    went = draw.random(CUSTOMERS) < 1 / (1 + np.exp(-(0.8 * taste + 0.4 * rhythm)))
    anyway = np.where(draw.random(CUSTOMERS) < 0.67, draw.gamma(2, 20, CUSTOMERS) * (1 + 0.3 * orders), 0)
    more = draw.gamma(2, 5, CUSTOMERS) * (1 + 0.2 * orders)  # what going on brings beyond that
    truth = float(more[~went].sum())
    y = anyway + np.where(went, more, 0)
    told = adjusted(x, went, y)
    gap = (y[went].mean() - y[~went].mean()) * (~went).sum() / truth
    return isinstance(told, Adjusted) and bool(told.lost.low <= truth <= told.lost.high), float(gap)
