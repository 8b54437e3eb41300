"""What the orders to come are worth today."""

from __future__ import annotations

from typing import Final

import numpy as np

from features.arrays import Floats
from training.btyd.histories import Histories
from training.btyd.order_model import OrderModel

NODES, WEIGHTS = np.polynomial.legendre.leggauss(12)
YEAR: Final = 365.25  # days


def present_value(days: float, yearly_rate: float) -> float:
    """What one unit of money that comes in so many days is worth today.

    >>> round(present_value(365.25, 0.25), 12), present_value(1000.0, 0.0)
    (0.8, 1.0)
    """
    return float(np.exp(-days * np.log1p(yearly_rate) / YEAR))


def discounted_orders(model: OrderModel, histories: Histories, horizon: float, *, yearly_rate: float) -> Floats:
    """Expected orders within ``horizon`` days, each counted as ``(1 + yearly_rate)**−years`` from now.

    Times what an order brings, that is the discounted customer lifetime value.

    >>> from training.btyd.pareto import ParetoNBD
    >>> anna = Histories(np.array([9.0]), np.array([90.0]), np.array([92.0]))
    >>> model = ParetoNBD(2.0, 20.0, 0.6, 80.0)
    >>> [discounted_orders(model, anna, 730.0, yearly_rate=rate).round(2).tolist() for rate in (0.0, 0.1)]
    [[39.4], [36.42]]
    """
    total = model.expected_orders(histories, horizon)
    force = np.log1p(yearly_rate) / YEAR
    if force == 0:
        return total
    # By parts: ∫ e^(−ft) dE(t) = e^(−fH) E(H) + f ∫ e^(−ft) E(t) dt, with no derivative of E.
    value: Floats = np.exp(-force * horizon) * total
    for node, weight in zip(NODES, WEIGHTS, strict=True):
        time = horizon * (node + 1) / 2
        share = force * np.exp(-force * time) * weight * horizon / 2
        value += share * model.expected_orders(histories, float(time))
    return value
