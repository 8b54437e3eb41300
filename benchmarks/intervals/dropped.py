"""Customers who drop out of a journey in a world whose truth is known: what each would have brought either way."""

from __future__ import annotations

import numpy as np
from rich.console import Console

from insights.loss.adjusted import Adjusted, adjusted

CUSTOMERS = 1_000


def loss_figures(runs: int) -> dict[str, float]:
    """How often the interval of what is lost holds the truth, and how far the plain gap overstates it."""
    worlds = np.array([_world(np.random.default_rng(seed), sure=0.0) for seed in range(runs)])
    # Where a third goes on nearly surely. Fewer runs, to be done within minutes.
    sure = np.array([_world(np.random.default_rng(seed), sure=0.3) for seed in range(runs // 4)])
    Console(highlight=False).print(f"Loss: the plain gap overstates it {worlds[:, 1].mean():.2f} ×")
    return {"loss_coverage": float(worlds[:, 0].mean()), "loss_sure_coverage": float(sure[:, 0].mean())}


def _world(draw: np.random.Generator, *, sure: float) -> tuple[bool, float]:
    """Whether the interval holds the truth, and the plain gap over it; amounts are skewed, a third buys nothing.

    A share is ``sure`` to go on, but for one in two hundred, and brings twice as much either way.
    """
    taste, rhythm = draw.normal(size=(2, CUSTOMERS))
    orders = draw.poisson(np.exp(0.5 + 0.5 * taste))
    spent = orders * draw.gamma(4, 10, CUSTOMERS)
    x = np.stack([taste + draw.normal(0, 0.1, CUSTOMERS), rhythm, orders, spent], axis=1)
    chance = 1 / (1 + np.exp(-(0.8 * taste + 0.4 * rhythm)))
    luck, bought = draw.random(CUSTOMERS), draw.random(CUSTOMERS) < 0.67
    anyway = np.where(bought, draw.gamma(2, 20, CUSTOMERS) * (1 + 0.3 * orders), 0)
    more = draw.gamma(2, 5, CUSTOMERS) * (1 + 0.2 * orders)  # what going on brings beyond that
    keen = draw.random(CUSTOMERS) < sure
    if sure:
        x, anyway, chance = np.column_stack([x, keen]), np.where(keen, 2, 1) * anyway, np.where(keen, 0.995, chance)
    went = luck < chance
    truth = float(more[~went].sum())
    y = anyway + np.where(went, more, 0)
    told = adjusted(x, went, y)
    gap = (y[went].mean() - y[~went].mean()) * (~went).sum() / truth
    return isinstance(told, Adjusted) and bool(told.lost.low <= truth <= told.lost.high), float(gap)
