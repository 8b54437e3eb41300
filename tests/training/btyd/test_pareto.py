from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import gammaln, hyp2f1
from scipy.stats import chi2

from features.arrays import Floats
from features.errors import StamkundError
from tests.training.btyd import cdnow, worlds
from tests.training.btyd.strategies import history, one_customer, positive
from training.btyd.beta_geometric import BetaGeometric
from training.btyd.histories import Histories
from training.btyd.pareto import ParetoNBD, likelihood_terms

SAMPLE = ParetoNBD(0.5533971, 10.5801985, 0.6060625, 11.6562237)  # weeks; the manual of the R package BTYD


def test_published_parameters() -> None:
    """Fader, Hardie and Lee (2005), table 2."""
    weeks = cdnow.weeks()
    model = ParetoNBD.fit(weeks)
    assert astuple(model) == pytest.approx((0.553, 10.578, 0.606, 11.669), abs=5e-4)
    assert model.log_likelihood(weeks) == pytest.approx(-9595.0, abs=0.05)


def test_published_answers_about_customers() -> None:
    """The manual of BTYD: customer 1516, with 26 orders by week 30.86 of 31, and a new customer over 52 weeks."""
    busy = history(26, 30.86, 31)
    assert SAMPLE.alive(busy)[0] == pytest.approx(0.998, abs=5e-4)
    assert SAMPLE.expected_orders(busy, 52.0)[0] == pytest.approx(25.46, abs=5e-3)
    assert SAMPLE.expected_orders(history(0, 0, 0), 52.0)[0] == pytest.approx(1.473, abs=5e-4)


@pytest.mark.parametrize("model", [SAMPLE, ParetoNBD(1.2, 8.0, 0.4, 20.0)], ids=["beta above alpha", "far apart"])
@pytest.mark.parametrize(("x", "recency", "age"), [(0, 0, 30), (2, 30.43, 38.86), (7, 9.0, 38.0), (29, 38.0, 38.0)])
def test_the_likelihood_is_the_hypergeometric_form(model: ParetoNBD, x: int, recency: float, age: float) -> None:
    """Fader and Hardie (2005), A note on deriving the Pareto/NBD model, for alpha below beta."""
    r, alpha, s, beta = astuple(model)
    total = r + s + x

    def term(time: float) -> float:
        z = (beta - alpha) / (beta + time)
        return float(hyp2f1(total, r + x, total + 1, z) / (beta + time) ** total)

    inside = (alpha + age) ** -(r + x) * (beta + age) ** -s + s / total * (term(recency) - term(age))
    closed = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + np.log(inside)
    assert model.log_likelihood(history(x, recency, age)) == pytest.approx(closed, abs=1e-9)


def test_the_slopes_are_those_of_the_likelihood() -> None:
    rows = Histories(*(np.array(column) for column in ([0.0, 3, 20, 1], [0.0, 20, 38, 38], [30.0, 35, 39, 38])))
    at = np.array([0.7, 4.0, 0.8, 9.0])

    def terms(parameters: Floats) -> tuple[Floats, Floats]:
        return likelihood_terms(ParetoNBD(*parameters.tolist()), rows)

    for i, step in enumerate(np.eye(4) * 1e-6):
        assert terms(at)[1][i] == pytest.approx((terms(at + step)[0] - terms(at - step)[0]) / 2e-6, rel=1e-5, abs=1e-7)


def test_a_known_truth_is_found_and_foretold() -> None:
    truth = ParetoNBD(1.2, 12.0, 0.7, 30.0)
    world = worlds.pareto(truth, np.random.default_rng(1).uniform(20, 120, 20_000), horizon=60.0)
    h = world.histories
    model = ParetoNBD.fit(h)
    assert 0 <= 2 * (model.log_likelihood(h) - truth.log_likelihood(h)) < chi2.ppf(0.999, 4)
    assert truth.alive(h).mean() == pytest.approx(world.here.mean(), abs=0.01)
    assert truth.expected_orders(h, 60.0).sum() == pytest.approx(world.later.sum(), rel=0.02)
    for within in (5.0, 20.0, 60.0):
        assert truth.returned(h, within).mean() == pytest.approx((world.next_order <= within).mean(), abs=0.008)


@given(st.builds(ParetoNBD, positive, positive, positive, positive), one_customer(), st.floats(0.1, 300.0))
def test_laws(model: ParetoNBD, h: Histories, horizon: float) -> None:
    alive = model.alive(h)[0]
    nearer, further = (model.expected_orders(h, span)[0] for span in (horizon, 2 * horizon))
    soon, late = (model.returned(h, span)[0] for span in (horizon, 2 * horizon))
    assert 0 <= alive <= 1
    assert 0 <= nearer <= further * (1 + 1e-9)
    assert further <= 2 * nearer * (1 + 1e-9)  # customers leave: orders thin out
    assert 0 <= soon <= late * (1 + 1e-9)
    assert late <= alive * (1 + 1e-9)
    assert soon <= nearer * (1 + 1e-9)  # at least one, and the mean number of them
    assert model.alive(Histories(h.frequency, h.recency, h.age * 1.5))[0] <= alive * (1 + 1e-9)


def test_a_rate_of_leaving_of_one_is_no_special_case() -> None:
    one = history(2, 30.0, 40.0)
    below, at, above = (ParetoNBD(0.6, 10.0, s, 12.0).expected_orders(one, 39.0)[0] for s in (1 - 1e-6, 1.0, 1 + 1e-6))
    assert at == pytest.approx((below + above) / 2, rel=1e-9)


def test_extreme_customers_get_finite_answers() -> None:
    h = Histories(np.array([0.0, 5000, 5000, 1]), np.array([0.0, 1e-3, 3650, 1e-6]), np.full(4, 3650.0))
    for model in (ParetoNBD(0.01, 0.01, 0.05, 500.0), ParetoNBD(20.0, 900.0, 5.0, 0.01)):
        for answer in (model.alive(h), model.expected_orders(h, 365.0), model.returned(h, 365.0)):
            assert np.isfinite(answer).all()


def test_customers_who_never_leave_are_refused() -> None:
    world = worlds.beta_geometric(BetaGeometric(0.8, 10.0, 1e-9, 1.0), np.full(3000, 50.0), 1.0)
    with pytest.raises(StamkundError, match="Pareto/NBD") as refusal:
        ParetoNBD.fit(world.histories)
    assert refusal.value.code == "boundary"
