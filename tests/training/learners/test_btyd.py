"""The learner by orders: what a model of orders says, how far past outcomes believe it, and what each feature adds."""

from __future__ import annotations

import numpy as np
import pytest

from features.arrays import Floats
from training.btyd import BetaGeometric, GammaGamma
from training.learners.btyd import Btyd, fit_btyd
from training.orders.told import OrderColumns, OrdersTold
from training.targets.frame.target import Asked, ScoreKind

COLUMNS = OrderColumns(days=2, first=0, last=3, spend=4)
TIMING, VALUE = BetaGeometric(1.0, 20.0, 0.3, 4.0, k=2), GammaGamma(6.0, 4.0, 15.0)
RNG = np.random.default_rng(5)
KINDS: list[tuple[Asked, ScoreKind]] = [("none", "probability"), ("number", "amount"), ("worth", "amount")]


def told(asked: Asked) -> OrdersTold:
    return OrdersTold(asked, 28.0, COLUMNS, TIMING, VALUE if asked == "worth" else None)


def rows(count: int = 300) -> Floats:
    """Days since the first order, something else, days with an order, days since the last, and spend."""
    days, age = RNG.integers(1, 9, count).astype(np.float64), RNG.uniform(1, 300, count)
    last = np.where(days > 1, age * RNG.uniform(0, 1, count), age)
    return np.stack([age, RNG.normal(size=count), days, last, days * RNG.gamma(4.0, 10.0, count)], axis=1)


X = rows()


def fitted(asked: Asked, kind: ScoreKind) -> Btyd:
    raw = told(asked).raw(X[:, list(told(asked).places)])
    y = np.exp(raw) if kind == "amount" else (RNG.random(len(X)) < 1 / (1 + np.exp(-raw))).astype(np.float64)
    return fit_btyd(X, y, kind, told(asked))


def test_what_orders_tell_is_the_models_own_answer() -> None:
    """Without anyone leaving, two orders in 30 days after 20 of the prior: 3 orders in 50 days, so 0.6 in 10."""
    stays = OrdersTold("number", 10.0, OrderColumns(0, 1, 2, 3), BetaGeometric(1.0, 20.0, 1e-9, 1.0), None)
    assert np.exp(stays.raw(np.array([[3.0, 30.0, 5.0]]))) == pytest.approx([0.6])
    none = OrdersTold("none", 10.0, OrderColumns(0, 1, 2, 3), BetaGeometric(1.0, 20.0, 1e-9, 1.0), None)
    chance = (50 / 60) ** 3  # of no order at such a rate
    assert none.raw(np.array([[3.0, 30.0, 5.0]])) == pytest.approx([np.log(chance / (1 - chance))])


def test_past_outcomes_say_how_far_it_is_believed() -> None:
    asked = told("worth")
    raw = asked.raw(X[:, list(asked.places)])
    model = fit_btyd(X, np.exp(0.5 * raw + 1), "amount", asked)
    assert (model.slope, model.constant) == pytest.approx((0.5, 1.0), abs=1e-4)
    np.testing.assert_allclose(model.raw(X), 0.5 * raw + 1, atol=1e-3)


@pytest.mark.parametrize(("asked", "kind"), KINDS)
def test_contributions_are_all_that_sets_a_customer_apart_from_the_usual_one(asked: Asked, kind: ScoreKind) -> None:
    model = fitted(asked, kind)
    usual = np.zeros((1, X.shape[1]))
    usual[:, list(model.told.places)] = model.usual
    parts = model.contributions(X)
    np.testing.assert_allclose(parts.sum(axis=1), model.raw(X) - model.raw(usual), atol=1e-9)
    assert not parts[:, 1].any()  # not read
    assert parts[:, 4].any() == (asked == "worth")
    same = X[:1].copy()
    same[:, COLUMNS.last] = model.usual[2]
    assert model.contributions(same)[0, COLUMNS.last] == 0
    assert model.importance().sum() == pytest.approx(1)
    assert model.importance()[1] == 0


@pytest.mark.parametrize(("asked", "kind"), KINDS)
def test_a_row_alone_scores_as_in_any_batch_and_as_read_again(asked: Asked, kind: ScoreKind) -> None:
    model = fitted(asked, kind)
    again = Btyd.read(model.text())
    assert again == model
    assert [again.raw(X[i : i + 1])[0] for i in range(len(X))] == model.raw(X).tolist()


def test_who_lacks_a_feature_counts_as_the_usual_customer() -> None:
    model = fitted("none", "probability")
    lacking = X[:2].copy()
    lacking[0, COLUMNS.first] = np.nan
    lacking[1, 1] = np.nan  # not read
    assert model.contributions(lacking)[0].tolist() == [0.0] * 5
    assert model.raw(lacking)[1] == model.raw(X)[1]
