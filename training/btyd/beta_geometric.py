"""Customers who may leave after any order: BG/NBD, MBG/NBD and, for regular buyers, their ``k``-step forms.

While alive a customer orders each time ``k`` steps of a Poisson process are done; its rate is Gamma(``r``, ``alpha``)
over customers. After an order the customer leaves with a chance that is Beta(``a``, ``b``) over customers.

* BG/NBD: ``k = 1``, nobody leaves right after the first order. Fader, Hardie and Lee (2005), "Counting your customers"
  the easy way, Marketing Science 24(2).
* MBG/NBD: ``k = 1``, customers may leave after the first order already. Batislam, Denizel and Filiztekin (2007),
  Empirical validation and comparison of models for customer base analysis, IJRM 24(3).
* BG/CNBD-k and MBG/CNBD-k: any ``k``. Platzer and Reutterer (2016), Ticking away the moments, Marketing Science 35(5);
  Reutterer, Platzer and Schröder (2021), Leveraging purchase regularity, IJRM 38(1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, gammaln

from features.arrays import Floats
from training.btyd.histories import Histories, distinct_pairs
from training.btyd.likelihood import most_likely, require_enough
from training.btyd.orders_ahead import orders_ahead
from training.btyd.waiting import log_waiting, stages, waiting


@dataclass(frozen=True)
class BetaGeometric:
    """A fitted model; times are in the unit of the histories it was fitted on.

    >>> model = BetaGeometric(0.243, 4.414, 0.793, 2.426, leaves_at_first=False)  # weeks; CDNOW, a tenth of it
    >>> anna = Histories(np.array([2.0]), np.array([30.43]), np.array([38.86]))
    >>> model.expected_orders(anna, 39.0).round(3).tolist()
    [1.226]
    """

    r: float
    alpha: float
    a: float
    b: float
    k: int = 1
    leaves_at_first: bool = True

    @classmethod
    def fit(cls, histories: Histories, *, k: int = 1, leaves_at_first: bool = True) -> BetaGeometric:
        """The most likely model of its kind; refused where the customers do not tell its parameters."""
        rows, counts = histories.distinct()
        name = _name(k, leaves_at_first=leaves_at_first)
        require_enough(histories.customers, float(counts @ (rows.frequency > 0)), model=name)
        rate = k * float(counts @ rows.frequency) / float(counts @ rows.age)
        start = {"r": 0.5, "alpha": 0.5 / rate, "a": 1.0, "b": 2.0}

        def model(parameters: Floats) -> BetaGeometric:
            r, alpha, a, b = parameters.tolist()
            return cls(r, alpha, a, b, k, leaves_at_first)

        def value(parameters: Floats) -> tuple[float, Floats]:
            logs, slopes = likelihood_terms(model(parameters), rows)
            return float(np.sum(counts * logs)), np.sum(slopes * counts, axis=1)

        return model(most_likely(value, start, model=name, weight=float(counts.sum())))

    def log_likelihood(self, histories: Histories) -> float:
        """The log-likelihood of the histories; with ``log_gaps`` it compares models of different ``k``."""
        value = float(likelihood_terms(self, histories)[0].sum())
        if self.k > 1 and histories.log_gaps is not None:
            value += (self.k - 1) * float(histories.log_gaps.sum())
        return value - float(histories.frequency.sum()) * float(gammaln(self.k))

    def alive(self, histories: Histories) -> Floats:
        """The probability that each customer has not left."""
        here, left = _log_odds(self, histories)
        return np.exp(here - np.logaddexp(here, left))

    def expected_orders(self, histories: Histories, horizon: float) -> Floats:
        """Expected orders of each customer within ``horizon`` of the moment of the histories."""
        x, age, places = distinct_pairs(histories.frequency, histories.age)
        shape, left = self.r + self.k * x, self.b + x + self.leaves_at_first
        done = np.arange(self.k)[:, None]  # of the steps to the next order
        scale, chances = np.tile(self.alpha + age, self.k), np.tile(left, self.k)
        first = np.repeat(np.arange(self.k, 0, -1), len(x))
        ahead = orders_ahead((shape + done).ravel(), scale, self.a, chances, first=first, step=self.k, horizon=horizon)
        steps = stages(self.r + self.k * histories.frequency, self.alpha, histories.recency, histories.age, self.k)
        expected = sum(step * each[places] for step, each in zip(steps, ahead.reshape(self.k, -1), strict=True))
        return np.asarray(expected / sum(steps) * self.alive(histories), dtype=np.float64)

    def returned(self, histories: Histories, within: Floats | float) -> Floats:
        """The probability of at least one order within a time, one for all or one a customer."""
        shape = self.r + self.k * histories.frequency
        now, then = (
            log_waiting(shape, self.alpha, histories.recency, age, self.k)
            for age in (histories.age, histories.age + within)
        )
        return -np.expm1(then - now) * self.alive(histories)


def _name(k: int, *, leaves_at_first: bool) -> str:
    return f"{'M' if leaves_at_first else ''}BG/{'NBD' if k == 1 else f'CNBD-{k}'}"


def _log_odds(model: BetaGeometric, h: Histories) -> tuple[Floats, Floats]:
    """The logarithms of the likelihood that a customer is here, and that she left after the last order.

    Both lack the factors that they have in common. Who has had no chance to leave is here.
    """
    shape, chances = model.r + model.k * h.frequency, h.frequency + model.leaves_at_first
    here = log_waiting(shape, model.alpha, h.recency, h.age, model.k)
    return here, np.where(chances > 0, _log_left(model, chances) - shape * np.log(model.alpha + h.recency), -np.inf)


def _log_left(model: BetaGeometric, chances: Floats) -> Floats:
    return np.asarray(np.log(model.a) - np.log(model.b + np.maximum(chances, 1.0) - 1), dtype=np.float64)


def likelihood_terms(model: BetaGeometric, h: Histories) -> tuple[Floats, Floats]:
    """The log-likelihood of each history, and ``[parameter, history]`` its derivatives."""
    r, alpha, a, b, k = model.r, model.alpha, model.a, model.b, model.k
    x, places = np.unique(h.frequency, return_inverse=True)
    shape, chances = r + k * x, x + model.leaves_at_first
    common = gammaln(shape) - gammaln(r) + r * np.log(alpha) + _log_stayed(a, b, chances)
    common_by_r = digamma(shape) - digamma(r) + np.log(alpha)
    by_a = digamma(a + b) - digamma(a + b + chances)
    by_b = by_a + digamma(b + chances) - digamma(b)
    shape, chances = shape[places], chances[places]
    here = waiting(shape, alpha, h.recency, h.age, k)
    log_end = np.log(alpha + h.recency)
    left = np.where(chances > 0, _log_left(model, chances) - shape * log_end, -np.inf)
    total = np.logaddexp(here.log, left)
    alive = np.exp(here.log - total)
    gone = 1 - alive
    slopes = np.stack([
        common_by_r[places] + alive * here.by_shape - gone * log_end,
        r / alpha + alive * here.by_scale - gone * shape / (alpha + h.recency),
        by_a[places] + gone / a,
        by_b[places] - gone / (b + np.maximum(chances, 1.0) - 1),
    ])  # fmt: skip
    return common[places] + total, slopes


def _log_stayed(a: float, b: float, chances: Floats) -> Floats:
    """The logarithm of the mean chance to stay so many times."""
    return np.asarray(gammaln(b + chances) - gammaln(b) + gammaln(a + b) - gammaln(a + b + chances), dtype=np.float64)
