from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import norm

from features.arrays import Floats
from training.learners.hurdle import Hurdle, fit_hurdle
from training.learners.trees import Trees

ROWS = 6000


class Saying(Trees):
    """A part that says the first column."""

    def raw(self, x: Floats, *, num_threads: int = 1) -> Floats:
        assert num_threads >= 1
        return x[:, 0]


class Always(Trees):
    """A part that says one number of everybody."""

    def raw(self, x: Floats, *, num_threads: int = 1) -> Floats:
        assert num_threads >= 1
        return np.full(len(x), 0.5)


SAYING, ALWAYS = Saying.__new__(Saying), Always.__new__(Always)


def world(seed: int) -> tuple[Floats, Floats]:
    """Nothing with the log-odds of the first column, else e to the power of its opposite and normal noise."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(ROWS, 2))
    paid = rng.random(ROWS) > expit(x[:, 0])
    return x, np.where(paid, np.exp(-x[:, 0] + 0.6 * rng.normal(size=ROWS)), 0.0)


def test_a_quantile_below_the_chance_of_nothing_is_nothing_and_above_it_lies_in_the_rest() -> None:
    """With one chance in two of nothing and steps from −1 to 1, share 0.75 is half way: the middle, e to the 0."""
    hurdle = Hurdle(SAYING, SAYING, ALWAYS, tuple(np.linspace(-1, 1, 201)), inside=0.75, below=0.4, scale=10.0)
    assert hurdle.ends(np.zeros((1, 1))).tolist() == [pytest.approx([0.0, 0.0, 10.0])]


def test_where_nothing_is_unlikely_as_much_is_left_out_below_as_above() -> None:
    """A range of half of the outcomes, from the quarter to three quarters of steps from −1 to 1; widths are 0.5."""
    hurdle = Hurdle(SAYING, ALWAYS, ALWAYS, tuple(np.linspace(-1, 1, 201)), inside=0.5)
    expected = np.exp([0.5 - 0.25, 0.5, 0.5 + 0.25])
    assert hurdle.ends(np.full((1, 1), -30.0)).tolist() == [pytest.approx(expected.tolist())]


def test_steps_and_shares_are_those_of_the_block() -> None:
    """Distances of −2, 0 and 2 widths; a hundredth of a chance of nothing."""
    x = np.full((3, 1), -20.0)
    hurdle = Hurdle(SAYING, ALWAYS, ALWAYS).fitted_to(x, np.exp(0.5 + 0.5 * np.array([-2.0, 0.0, 2.0])))
    assert np.interp([0.0, 0.5, 1.0], np.linspace(0, 1, 201), hurdle.steps).tolist() == pytest.approx([-2, 0, 2])
    assert (hurdle.inside, hurdle.below) == pytest.approx((1.0, 0.5), abs=1e-6)  # two of three lie at the ends
    untold = Hurdle(SAYING, ALWAYS, ALWAYS)
    assert untold.fitted_to(x, np.zeros(3)) == untold


def test_eight_of_ten_unseen_amounts_lie_between_the_ends_and_half_below_the_median() -> None:
    """Near the true quantiles too: of nothing and a log-normal amount."""
    hurdle = fit_hurdle(*world(1)).fitted_to(*world(2))
    x, y = world(3)
    low, median, high = hurdle.ends(x).T
    assert np.mean((low <= y) & (y <= high)) == pytest.approx(0.8, abs=0.025)
    none = expit(x[:, 0])
    highest = np.where(none >= 0.1, 0.8, 0.9)
    rest = np.clip((highest - none) / (1 - none), 1e-6, 1)
    true = np.where(none >= highest, 0.0, np.exp(-x[:, 0] + 0.6 * norm.ppf(rest)))
    assert np.corrcoef(np.log1p(high), np.log1p(true))[0, 1] > 0.98
    assert np.abs(y - median).mean() < 0.9 * np.abs(y - np.median(y)).mean()


def test_it_is_read_as_it_was_written_and_a_row_alone_is_as_among_many() -> None:
    hurdle = replace(fit_hurdle(*world(1)).fitted_to(*world(2)), scale=12.5)
    x, _ = world(4)
    ends = hurdle.ends(x[:300])
    assert Hurdle.read(hurdle.files()).ends(x[:300]).tolist() == ends.tolist()
    assert [hurdle.ends(x[i : i + 1])[0].tolist() for i in range(300)] == ends.tolist()
