"""When the next order comes, as a distribution: the probability of each day, the median, an interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from features.arrays import Floats
from training.btyd.histories import Histories
from training.btyd.order_model import OrderModel

PARTS, ROUNDS = 12, 3  # a span is cut into parts, and again the part in which a probability is reached
BLOCK: Final = 16_384  # customers at a time


def daily_probability(model: OrderModel, histories: Histories, *, days: int) -> Floats:
    """``[customer, day]`` the probability that the next order comes on each of the days ahead; times are in days.

    >>> from training.btyd.pareto import ParetoNBD
    >>> anna = Histories(np.array([9.0]), np.array([90.0]), np.array([92.0]))
    >>> daily_probability(ParetoNBD(2.0, 20.0, 0.6, 80.0), anna, days=3).round(3).tolist()
    [[0.092, 0.083, 0.074]]
    """
    by_end = [model.returned(histories, float(day)) for day in range(1, days + 1)]
    return np.diff(np.stack(by_end, axis=1), axis=1, prepend=0.0)


def times_to_next_order(
    model: OrderModel, histories: Histories, shares: Sequence[float], *, within: float, if_any: bool = False
) -> Floats:
    """``[customer, share]`` the time by which the next order has come with each probability; 0.5 gives the median.

    Infinite where it has not come with that probability ``within`` the time looked at. With ``if_any`` the shares are
    of the cases where it does come within, so that nobody is left without an answer.

    >>> from training.btyd.pareto import ParetoNBD
    >>> model = ParetoNBD(2.0, 20.0, 0.6, 80.0)
    >>> anna_and_bo = Histories(np.array([9.0, 0.0]), np.array([90.0, 0.0]), np.array([92.0, 92.0]))
    >>> times_to_next_order(model, anna_and_bo, [0.1, 0.5, 0.9], within=365.0).round(1).tolist()
    [[1.1, 7.5, 31.3], [63.3, inf, inf]]
    >>> times_to_next_order(model, anna_and_bo, [0.5], within=365.0, if_any=True).round(1).tolist()
    [[7.0], [35.0]]
    """
    times = np.empty((histories.customers, len(shares)))
    for start in range(0, histories.customers, BLOCK):
        rows = slice(start, start + BLOCK)
        times[rows] = _block(model, histories.at(rows), np.asarray(shares), within, if_any=if_any)
    return times


def _block(model: OrderModel, histories: Histories, shares: Floats, within: float, *, if_any: bool) -> Floats:
    most = model.returned(histories, within)
    wanted = np.outer(most if if_any else np.ones_like(most), shares)
    cells = histories.at(np.repeat(np.arange(histories.customers), len(shares) * PARTS))
    start, before, width = np.zeros_like(wanted), np.zeros_like(wanted), within
    for _ in range(ROUNDS):
        width /= PARTS
        ends = start[..., None] + width * np.arange(1, PARTS + 1)
        chances = model.returned(cells, ends.ravel()).reshape(ends.shape)
        part = np.minimum((chances < wanted[..., None]).sum(axis=-1), PARTS - 1)
        start = start + width * part
        reached = np.concatenate([before[..., None], chances], axis=-1)
        before, after = (np.take_along_axis(reached, place[..., None], axis=-1)[..., 0] for place in (part, part + 1))
    rise = after - before
    share = np.divide(wanted - before, rise, out=np.ones_like(rise), where=rise > 0)
    return np.where(wanted <= most[:, None], start + width * share, np.inf)
