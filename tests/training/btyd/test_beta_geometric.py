from __future__ import annotations

from dataclasses import astuple, replace
from math import factorial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import gammainc, hyp2f1
from scipy.stats import beta, chi2, gamma

from features.arrays import Floats
from features.errors import StamkundError
from tests.training.btyd import cdnow, worlds
from tests.training.btyd.strategies import history, one_customer, positive
from training.btyd.beta_geometric import BetaGeometric, likelihood_terms
from training.btyd.histories import Histories
from training.btyd.order_model import fit_regular

SAMPLE = BetaGeometric(
    0.243, 4.414, 0.793, 2.426, leaves_at_first=False
)  # weeks; Fader, Hardie and Lee (2005), table 2
KINDS = [(1, False), (1, True), (2, False), (3, True)]


@pytest.mark.parametrize(
    ("leaves_at_first", "parameters", "log_likelihood"),
    [
        (False, (0.243, 4.414, 0.793, 2.426), -9582.4),  # BG/NBD: Fader, Hardie and Lee (2005), table 2
        (True, (0.525, 6.183, 0.891, 1.614), -9582.1),  # MBG/NBD: parameters as BTYDplus finds them
    ],
)
def test_published_parameters(
    leaves_at_first: bool,  # noqa: FBT001
    parameters: tuple[float, ...],
    log_likelihood: float,
) -> None:
    weeks = cdnow.weeks()
    model = BetaGeometric.fit(weeks, leaves_at_first=leaves_at_first)
    assert astuple(model)[:4] == pytest.approx(parameters, abs=5e-4)
    assert model.log_likelihood(weeks) == pytest.approx(log_likelihood, abs=0.05)


def test_days_or_weeks_make_the_same_model() -> None:
    weeks = cdnow.weeks()
    days = Histories(weeks.frequency, weeks.recency * 7, weeks.age * 7)
    a, b = (BetaGeometric.fit(histories) for histories in (weeks, days))
    assert astuple(b)[:4] == pytest.approx((a.r, 7 * a.alpha, a.a, a.b), rel=1e-4)


def test_cdnow_has_no_regular_buyers() -> None:
    """The times between orders of the sample are not in the fixture; evenly spaced ones would look regular."""
    weeks = cdnow.weeks()
    even = weeks.frequency * np.log(weeks.recency.clip(1e-9) / weeks.frequency.clip(1))
    assert fit_regular(replace(weeks, log_gaps=even)).k > 1
    uneven = even - 2 * weeks.frequency
    assert fit_regular(replace(weeks, log_gaps=uneven)).k == 1


@pytest.mark.parametrize(("k", "leaves_at_first"), KINDS)
def test_a_known_truth_is_found_and_foretold(k: int, leaves_at_first: bool) -> None:  # noqa: FBT001
    truth = BetaGeometric(1.2, 12.0, 0.9, 2.5, k, leaves_at_first)
    world = worlds.beta_geometric(truth, np.random.default_rng(1).uniform(20, 120, 30_000), horizon=60.0)
    h = world.histories
    model = fit_regular(h, leaves_at_first=leaves_at_first)
    assert model.k == k
    assert 0 <= 2 * (model.log_likelihood(h) - truth.log_likelihood(h)) < chi2.ppf(0.999, 4)
    for knowing, off in ((truth, 0.01), (model, 0.02)):
        assert knowing.alive(h).mean() == pytest.approx(world.here.mean(), abs=off)
        assert knowing.expected_orders(h, 60.0).sum() == pytest.approx(world.later.sum(), rel=2 * off)
        for within in (5.0, 20.0, 60.0):
            assert knowing.returned(h, within).mean() == pytest.approx((world.next_order <= within).mean(), abs=off / 2)


@pytest.mark.parametrize(("k", "leaves_at_first"), KINDS)
def test_the_slopes_are_those_of_the_likelihood(k: int, leaves_at_first: bool) -> None:  # noqa: FBT001
    rows = Histories(*(np.array(column) for column in ([0.0, 3, 20, 1], [0.0, 20, 38, 38], [30.0, 35, 39, 38])))
    at = np.array([0.7, 4.0, 0.8, 2.4])

    def terms(parameters: Floats) -> tuple[Floats, Floats]:
        r, alpha, a, b = parameters.tolist()
        return likelihood_terms(BetaGeometric(r, alpha, a, b, k, leaves_at_first), rows)

    slopes = terms(at)[1]
    for i, step in enumerate(np.eye(4) * 1e-6):
        assert slopes[i] == pytest.approx((terms(at + step)[0] - terms(at - step)[0]) / 2e-6, rel=1e-6, abs=1e-7)


@pytest.mark.parametrize(("k", "leaves_at_first"), KINDS)
def test_the_likelihood_is_that_of_each_rate_and_chance_over_all_customers(k: int, leaves_at_first: bool) -> None:  # noqa: FBT001
    """Two orders after the first, 4 and 6 later, then silence: the closed form is the mean over both."""
    r, alpha, a, b = 1.3, 5.0, 0.9, 2.5
    model = BetaGeometric(r, alpha, a, b, k, leaves_at_first)
    recency, age = 10.0, 14.0
    logs = np.array([np.log(4.0) + np.log(6.0)])

    even = (np.arange(1000) + 0.5) / 1000
    p, rate = beta.ppf(even, a, b)[:, None], gamma.ppf(even, r, scale=1 / alpha)
    gaps = gamma.pdf(4.0, k, scale=1 / rate) * gamma.pdf(6.0, k, scale=1 / rate)
    waits = sum(np.exp(-rate * (age - recency)) * (rate * (age - recency)) ** j / factorial(j) for j in range(k))
    stayed = (1 - p) ** (1 + leaves_at_first)
    mean = float((gaps * stayed * ((1 - p) * waits + p)).mean())
    h = Histories(np.array([2.0]), np.array([recency]), np.array([age]), logs)
    assert model.log_likelihood(h) == pytest.approx(np.log(mean), abs=1e-4)


@pytest.mark.parametrize(("k", "leaves_at_first"), KINDS)
def test_expected_orders_are_those_of_each_rate_and_chance_over_all_customers(k: int, leaves_at_first: bool) -> None:  # noqa: FBT001
    """Four orders in ten weeks, a wait of two, eight weeks ahead, each rate and chance weighed by what it explains."""
    r, alpha, a, b = 1.3, 5.0, 0.9, 2.5
    even = (np.arange(1000) + 0.5) / 1000
    p, rate = beta.ppf(even, a, b)[:, None], gamma.ppf(even, r, scale=1 / alpha)
    wait, ahead, orders = 2.0, 8.0, np.arange(1, 40)
    stages = [(rate * wait) ** j / factorial(j) for j in range(k)]  # steps done since the last order
    explains = rate ** (4 * k) * np.exp(-10 * rate)
    here = explains * (1 - p) ** (4 + leaves_at_first) * np.exp(-wait * rate) * sum(stages)
    left = explains * (1 - p) ** (3 + leaves_at_first) * p
    by_rate = sum(stage * gammainc(orders[:, None] * k - j, ahead * rate) for j, stage in enumerate(stages)) / sum(
        stages
    )
    expected = ((1 - p) ** (orders - 1)) @ by_rate
    mean = (here * expected).sum() / (here + left).sum()
    found = BetaGeometric(r, alpha, a, b, k, leaves_at_first).expected_orders(history(4, 10.0, 12.0), ahead)[0]
    assert found == pytest.approx(mean, rel=1e-3)


@pytest.mark.parametrize("horizon", [1.0, 39.0, 500.0])
@pytest.mark.parametrize(("x", "recency", "age"), [(0, 0, 30), (2, 30.43, 38.86), (7, 9.0, 38.0), (29, 38.0, 38.0)])
def test_expected_orders_are_the_closed_form(x: int, recency: float, age: float, horizon: float) -> None:
    """Equation 10 of Fader, Hardie and Lee (2005)."""
    r, alpha, a, b = SAMPLE.r, SAMPLE.alpha, SAMPLE.a, SAMPLE.b
    z = horizon / (alpha + age + horizon)
    rest = ((alpha + age) / (alpha + age + horizon)) ** (r + x) * hyp2f1(r + x, b + x, a + b + x - 1, z)
    left = a / (b + x - 1) * ((alpha + age) / (alpha + recency)) ** (r + x) if x else 0
    closed = (a + b + x - 1) / (a - 1) * (1 - rest) / (1 + left)
    assert SAMPLE.expected_orders(history(x, recency, age), horizon)[0] == pytest.approx(closed, rel=1e-9)


def test_published_answers_about_one_customer() -> None:
    """Customer 1 of the sample: 2 orders after the first, the last at week 30.43 of 38.86; 39 weeks ahead."""
    one = history(2, 30.43, 38.86)
    assert SAMPLE.expected_orders(one, 39.0)[0] == pytest.approx(1.226, abs=5e-4)
    assert SAMPLE.alive(one)[0] == pytest.approx(1 / (1 + 0.793 / 3.426 * (43.274 / 34.844) ** 2.243))


def test_a_new_customer_is_alive_unless_she_may_leave_at_first() -> None:
    new = history(0, 0, 0)
    assert SAMPLE.alive(new)[0] == 1
    assert replace(SAMPLE, leaves_at_first=True).alive(new)[0] == pytest.approx(2.426 / (0.793 + 2.426))


def test_a_regular_buyer_is_due_and_then_missed() -> None:
    """Orders every ten days: tomorrow is likelier on day 9 than on day 1, and by day 60 she has left."""
    model = BetaGeometric(2.0, 4.0, 0.5, 5.0, k=5)
    h = Histories(np.full(3, 9.0), np.full(3, 90.0), np.array([91.0, 99.0, 150.0]))
    fresh, due, overdue = model.returned(h, 1.0)
    assert fresh < 0.01
    assert due > 10 * fresh
    assert model.alive(h)[2] < 0.01
    assert overdue < 0.01


@st.composite
def models(draw: st.DrawFn) -> BetaGeometric:
    r, alpha, a, b = (draw(positive) for _ in range(4))
    return BetaGeometric(r, alpha, a, b, draw(st.integers(1, 6)), draw(st.booleans()))


@given(models(), one_customer(), st.floats(0.1, 300.0))
def test_laws(model: BetaGeometric, h: Histories, horizon: float) -> None:
    alive = model.alive(h)[0]
    nearer, further = (model.expected_orders(h, span)[0] for span in (horizon, 2 * horizon))
    soon, late = (model.returned(h, span)[0] for span in (horizon, 2 * horizon))
    assert 0 <= alive <= 1
    assert 0 <= nearer <= further * (1 + 1e-9)
    assert further - nearer <= nearer * (1 + 1e-9) + 1e-12 or model.k > 1  # customers leave: orders thin out
    assert 0 <= soon <= late * (1 + 1e-9)
    assert late <= alive * (1 + 1e-9)
    assert soon <= nearer * (1 + 1e-9) + 1e-12  # at least one, and the mean number of them


@given(models(), one_customer())
def test_silence_never_makes_a_customer_likelier_to_be_here(model: BetaGeometric, h: Histories) -> None:
    later = Histories(h.frequency, h.recency, h.age * 1.5)
    assert model.alive(later)[0] <= model.alive(h)[0] * (1 + 1e-9)


def test_extreme_customers_get_finite_answers() -> None:
    model = BetaGeometric(0.01, 0.01, 0.05, 50.0, k=3)
    h = Histories(
        np.array([0.0, 5000, 5000, 1]), np.array([0.0, 1e-3, 3650, 1e-6]), np.array([3650.0, 3650, 3650, 3650])
    )
    for answer in (model.alive(h), model.expected_orders(h, 365.0), model.returned(h, 365.0)):
        assert np.isfinite(answer).all()
    assert model.expected_orders(h, 365.0)[2] == pytest.approx(500, rel=0.05)


def test_what_cannot_be_fitted_is_refused() -> None:
    weeks = cdnow.weeks()
    few = Histories(weeks.frequency[-30:], weeks.recency[-30:], weeks.age[-30:])
    once = Histories(np.zeros(500), np.zeros(500), np.full(500, 30.0))
    truth = BetaGeometric(0.8, 10.0, 1e-9, 1.0)
    nobody_leaves = worlds.beta_geometric(truth, np.full(5000, 50.0), 1.0).histories
    for histories, code in (
        (few, "too_few_customers"), (once, "too_few_repeat_customers"), (nobody_leaves, "boundary")
    ):  # fmt: skip
        with pytest.raises(StamkundError) as refusal:
            BetaGeometric.fit(histories)
        assert refusal.value.code == code
    with pytest.raises(StamkundError, match="log_gaps"):
        fit_regular(weeks)
