from __future__ import annotations

import numpy as np
import pytest

from tests.training.btyd.strategies import history
from training.btyd.beta_geometric import BetaGeometric
from training.btyd.histories import Histories
from training.btyd.lifetime_value import discounted_orders
from training.btyd.order_model import OrderModel
from training.btyd.pareto import ParetoNBD

MODELS: list[OrderModel] = [
    BetaGeometric(1.2, 12.0, 0.9, 2.5, 3),
    BetaGeometric(0.6, 30.0, 0.5, 2.0),
    ParetoNBD(0.6, 30.0, 0.5, 60.0),
]


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_it_is_the_sum_over_spans_of_what_is_expected_in_each(model: OrderModel) -> None:
    h = Histories(np.array([0.0, 3, 20]), np.array([0.0, 80, 99]), np.array([30.0, 100, 100]))
    ends = np.linspace(0, 360, 46)
    expected = np.stack([model.expected_orders(h, float(end)) for end in ends])
    worth = 1.25 ** -((ends[1:] + ends[:-1]) / 2 / 365.25)
    value = discounted_orders(model, h, 360.0, yearly_rate=0.25)
    assert value == pytest.approx(worth @ np.diff(expected, axis=0), rel=1e-4)


def test_without_interest_it_is_the_number_of_orders() -> None:
    h = history(3, 80, 100)
    for model in MODELS:
        assert discounted_orders(model, h, 500.0, yearly_rate=0.0) == model.expected_orders(h, 500.0)


def test_interest_lessens_what_comes_later() -> None:
    h = history(3, 80, 100)
    for model in MODELS:
        values = [discounted_orders(model, h, 1000.0, yearly_rate=rate)[0] for rate in (0.0, 0.1, 0.3)]
        assert values == sorted(values, reverse=True)
        assert values[2] > values[0] / 1.3**3


def test_a_steady_customer_by_hand() -> None:
    """One order every ten days for ever, two years: 36.525 orders a year, (1 − 1.1^−2) / ln 1.1 years' worth."""
    steady = BetaGeometric(1e8, 1e9, 1e-9, 1e9, leaves_at_first=False)
    value = discounted_orders(steady, history(3, 40, 50), 730.5, yearly_rate=0.1)[0]
    assert value == pytest.approx(36.525 * (1 - 1.1**-2) / np.log(1.1), rel=1e-5)
