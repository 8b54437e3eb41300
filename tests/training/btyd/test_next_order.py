from __future__ import annotations

import numpy as np
import pytest

from tests.training.btyd import worlds
from tests.training.btyd.strategies import history
from training.btyd.beta_geometric import BetaGeometric
from training.btyd.histories import Histories
from training.btyd.next_order import daily_probability, times_to_next_order
from training.btyd.order_model import OrderModel
from training.btyd.pareto import ParetoNBD

MODELS: list[OrderModel] = [
    BetaGeometric(1.2, 12.0, 0.9, 2.5, 3),
    BetaGeometric(0.6, 30.0, 0.5, 2.0),
    ParetoNBD(0.6, 30.0, 0.5, 60.0),
]


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_the_times_are_where_the_probability_is_reached(model: OrderModel) -> None:
    h = Histories(np.array([0.0, 3, 20]), np.array([0.0, 80, 99]), np.array([30.0, 100, 100]))
    shares = [0.1, 0.3, 0.5, 0.8]
    times = times_to_next_order(model, h, shares, within=365.0)
    assert np.isinf(times).any()
    for column, share in zip(times.T, shares, strict=True):
        known = np.isfinite(column)
        assert model.returned(h, np.where(known, column, 0))[known] == pytest.approx(share, abs=1e-3)
        assert (model.returned(h, 365.0)[~known] < share).all()


def test_given_that_an_order_comes_everybody_has_a_median() -> None:
    model = MODELS[1]
    h = Histories(np.array([0.0, 3]), np.array([0.0, 2]), np.array([300.0, 300]))
    assert np.isinf(times_to_next_order(model, h, [0.5], within=365.0)).all()
    medians = times_to_next_order(model, h, [0.5], within=365.0, if_any=True)[:, 0]
    assert model.returned(h, medians) == pytest.approx(model.returned(h, 365.0) / 2, rel=1e-3)


def test_one_exponential_customer_by_hand() -> None:
    """Nobody leaves and all have a rate of 1/10: the median is 10 ln 2, and 1 − e^−0.1 order on the first day."""
    model = BetaGeometric(1e8, 1e9, 1e-9, 1e9, leaves_at_first=False)
    h = history(3, 40, 50)
    assert times_to_next_order(model, h, [0.5, 0.9], within=100.0)[0] == pytest.approx(
        [10 * np.log(2), 10 * np.log(10)], abs=0.01
    )
    days = daily_probability(model, h, days=3)[0]
    assert days == pytest.approx(np.exp([-0.0, -0.1, -0.2]) * (1 - np.exp(-0.1)), rel=1e-5)


def test_days_add_up_to_the_horizon() -> None:
    h = history(3, 40, 50)
    for model in MODELS:
        assert daily_probability(model, h, days=30).sum() == pytest.approx(model.returned(h, 30.0)[0])


def test_the_interval_holds_what_it_promises() -> None:
    truth = BetaGeometric(3.0, 20.0, 0.3, 6.0, 2)
    world = worlds.beta_geometric(truth, np.full(10_000, 100.0), horizon=400.0)
    low, high = times_to_next_order(truth, world.histories, [0.1, 0.9], within=400.0).T
    assert (world.next_order < low).mean() == pytest.approx(0.1, abs=0.01)
    # Who has left for good never comes: her upper end is never reached, and infinite.
    assert ((world.next_order >= low) & (world.next_order <= high)).mean() > 0.8
    sure = np.isfinite(high)
    assert (world.next_order > high)[sure].mean() == pytest.approx(0.1, abs=0.01)


def test_a_regular_buyers_interval_is_narrower() -> None:
    h = history(20, 200, 202)
    spans = [
        np.ptp(times_to_next_order(model, h, [0.1, 0.6], within=100.0)[0])
        for model in (BetaGeometric(2.0, 20.0, 0.2, 8.0, 1), BetaGeometric(2.0, 4.0, 0.2, 8.0, 5))
    ]
    assert spans[1] < 0.7 * spans[0]
