"""The loss is what the truth says, where the plain ways overstate it; and it is refused where it cannot be told."""

from __future__ import annotations

import numpy as np
import pytest

from features.arrays import Floats, Mask
from insights.loss.adjusted import Adjusted, Refusal, adjusted


def world(seed: int, n: int = 600) -> tuple[Floats, Mask, Floats, float]:
    """Customers who buy much go on more often; going on brings half of what they bring anyway. The truth last."""
    draw = np.random.default_rng(seed)
    taste = draw.normal(size=n)
    x = np.stack([taste, draw.normal(size=n)], axis=1)
    went = draw.random(n) < 1 / (1 + np.exp(-taste))
    base = 100 + 40 * taste + draw.normal(0, 20, n)
    return x, went, np.where(went, 1.5 * base, base), float(0.5 * base[~went].sum())


def test_the_interval_holds_the_truth_and_the_plain_gap_does_not() -> None:
    inside = 0
    for seed in range(2):
        x, went, y, truth = world(seed)
        told = adjusted(x, went, y)
        assert isinstance(told, Adjusted)
        assert (y[went].mean() - y[~went].mean()) * (~went).sum() > 1.3 * truth
        inside += bool(told.lost.low <= truth <= told.lost.high)
    assert inside == 2


@pytest.mark.parametrize("few", [True, False])
def test_under_a_hundred_on_either_side_is_refused(few: bool) -> None:  # noqa: FBT001
    went = np.zeros(300, dtype=np.bool_)
    went[:99] = True
    told = adjusted(np.zeros((300, 1)), went if few else ~went, np.ones(300))
    assert isinstance(told, Refusal)
    assert (told.code, min(told.params["went"], told.params["dropped"])) == ("loss_too_few", 99)


def test_customers_without_their_like_on_the_other_side_are_refused() -> None:
    side = np.repeat([0.0, 1.0], 200)
    told = adjusted(side[:, None] * 100, side == 1, side)
    assert isinstance(told, Refusal)
    assert told.code == "loss_no_overlap"


def test_where_nobody_brought_any_money_nothing_is_said_of_it() -> None:
    told = adjusted(np.zeros((400, 1)), np.arange(400) % 2 == 0, np.zeros(400))
    assert told == Refusal("loss_no_money", {})
