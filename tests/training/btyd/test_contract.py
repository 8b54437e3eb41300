from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.arrays import Floats, Mask
from features.errors import StamkundError
from tests.training.btyd.strategies import positive
from training.btyd.contract import ShiftedBetaGeometric, likelihood_terms

HIGH_END = (1000, 869, 743, 653, 593, 551, 517, 491)  # in force after 0, 1, … 7 years: Fader and Hardie (2007)
REGULAR = (1000, 631, 468, 382, 326, 289, 262, 241)


def contracts(in_force: tuple[int, ...]) -> tuple[Floats, Mask]:
    """Renewals of each of the customers, and who left after them."""
    ends = -np.diff(in_force)
    renewals = np.repeat(np.arange(len(in_force)), [*ends, in_force[-1]]).astype(np.float64)
    return renewals, renewals < len(ends)


@pytest.mark.parametrize(
    ("in_force", "parameters", "log_likelihood"),
    [(HIGH_END, (0.668, 3.806), -1611.16), (REGULAR, (0.704, 1.182), -1680.27)],
)
def test_published_parameters(in_force: tuple[int, ...], parameters: tuple[float, ...], log_likelihood: float) -> None:
    renewals, ended = contracts(in_force)
    model = ShiftedBetaGeometric.fit(renewals, ended)
    assert astuple(model) == pytest.approx(parameters, abs=5e-4)
    assert model.log_likelihood(renewals, ended) == pytest.approx(log_likelihood, abs=0.005)


@pytest.mark.parametrize("in_force", [HIGH_END, REGULAR])
def test_it_projects_unseen_years_better_than_a_constant_share(in_force: tuple[int, ...]) -> None:
    """From four years of the paper's customers, the seventh: who is left stays longer."""
    model = ShiftedBetaGeometric.fit(*contracts(in_force[:5]))
    projected, truth = model.survival(np.zeros(1), np.array([7.0]))[0, 0], in_force[7] / 1000
    assert abs(projected - truth) < abs((in_force[4] / 1000) ** (7 / 4) - truth) * 0.6
    assert abs(projected - truth) < 0.05


def test_chances_by_hand() -> None:
    """Beta(1, 2): the mean chance to stay is 2/3, after one renewal 3/4, after two 4/5."""
    model = ShiftedBetaGeometric(1.0, 2.0)
    assert model.retention(np.array([0.0, 1, 2])).tolist() == pytest.approx([2 / 3, 3 / 4, 4 / 5])
    assert model.survival(np.array([0.0, 1]), np.array([0.0, 1, 2])).ravel().tolist() == pytest.approx(
        [1, 2 / 3, 1 / 2, 1, 3 / 4, 3 / 5]
    )
    assert model.expected_renewals(np.array([1.0, 0.0]), 2, discount=0.25).tolist() == pytest.approx(
        [3 / 4 + 3 / 5 / 1.25, 2 / 3 + 1 / 2 / 1.25]
    )
    leaves_after_one_renewal = model.log_likelihood(np.array([1.0]), np.array([True]))
    assert np.exp(leaves_after_one_renewal) == pytest.approx(2 / 3 * 1 / 4)


@given(st.builds(ShiftedBetaGeometric, positive, positive), st.integers(0, 500), st.integers(1, 50))
def test_laws(model: ShiftedBetaGeometric, renewals: int, periods: int) -> None:
    n = np.array([float(renewals)])
    survival = model.survival(n, np.arange(periods + 1.0))[0]
    assert survival[0] == pytest.approx(1)
    assert (np.diff(survival) <= 1e-12).all()
    assert survival[1] == pytest.approx(model.retention(n)[0])
    assert model.retention(n)[0] <= model.retention(n + 1)[0]
    assert model.expected_renewals(n, periods)[0] == pytest.approx(survival[1:].sum())


def test_the_slopes_are_those_of_the_likelihood() -> None:
    renewals, ended, at = np.array([0.0, 3, 3, 40]), np.array([1.0, 0, 1, 0]), np.array([0.7, 3.0])

    def terms(parameters: Floats) -> tuple[Floats, Floats]:
        return likelihood_terms(ShiftedBetaGeometric(*parameters.tolist()), renewals, ended)

    for i, step in enumerate(np.eye(2) * 1e-6):
        assert terms(at)[1][i] == pytest.approx((terms(at + step)[0] - terms(at - step)[0]) / 2e-6, rel=1e-6, abs=1e-8)


def test_what_cannot_be_fitted_is_refused() -> None:
    renewals, ended = contracts(HIGH_END)
    alike = np.random.default_rng(1).geometric(0.3, 5000) - 1.0
    for n, left, code in (
        (renewals, np.zeros(1000, dtype=np.bool_), "too_few_contracts"),
        (np.zeros(1000), np.ones(1000, dtype=np.bool_), "too_few_contracts"),
        (renewals - 0.5, ended, "impossible_history"),
        (np.minimum(alike, 2.0), alike < 2, "boundary"),  # every customer leaves with the same chance
    ):
        with pytest.raises(StamkundError) as refusal:
            ShiftedBetaGeometric.fit(n, left)
        assert refusal.value.code == code
