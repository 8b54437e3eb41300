"""Customers who may leave at any time: the Pareto/NBD.

While alive a customer orders at a Poisson rate that is Gamma(``r``, ``alpha``) over customers, and leaves at a rate
that is Gamma(``s``, ``beta``). Schmittlein, Morrison and Colombo (1987), Counting your customers, Management Science
33(1); Fader and Hardie (2005), A note on deriving the Pareto/NBD model and related expressions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, exprel, gammaln

from features.arrays import Floats
from training.btyd.histories import Histories
from training.btyd.integral import Moments, Power, moments
from training.btyd.likelihood import most_likely, require_enough

NAME = "Pareto/NBD"


@dataclass(frozen=True)
class ParetoNBD:
    """A fitted model; times are in the unit of the histories it was fitted on.

    >>> model = ParetoNBD(0.553, 10.578, 0.606, 11.669)  # weeks; CDNOW, a tenth of it
    >>> model.alive(Histories(np.array([2.0]), np.array([30.43]), np.array([38.86]))).round(3).tolist()
    [0.869]
    """

    r: float
    alpha: float
    s: float
    beta: float

    @classmethod
    def fit(cls, histories: Histories) -> ParetoNBD:
        """The most likely model; refused where the customers do not tell its parameters."""
        rows, counts = histories.distinct()
        require_enough(histories.customers, float(counts @ (rows.frequency > 0)), model=NAME)
        rate, age = (float(counts @ column) / histories.customers for column in (rows.frequency, rows.age))
        start = {"r": 0.5, "alpha": 0.5 * age / rate, "s": 0.5, "beta": 0.5 * age}

        def value(parameters: Floats) -> tuple[float, Floats]:
            logs, slopes = likelihood_terms(cls(*parameters.tolist()), rows)
            return float(np.sum(counts * logs)), np.sum(slopes * counts, axis=1)

        return cls(*most_likely(value, start, model=NAME, weight=float(histories.customers)).tolist())

    def log_likelihood(self, histories: Histories) -> float:
        """The log-likelihood of the histories."""
        return float(likelihood_terms(self, histories)[0].sum())

    def alive(self, histories: Histories) -> Floats:
        """The probability that each customer has not left."""
        here, left, _ = _log_odds(self, histories)
        return np.asarray(np.exp(here - np.logaddexp(here, left)), dtype=np.float64)

    def expected_orders(self, histories: Histories, horizon: float) -> Floats:
        """Expected orders of each customer within ``horizon`` of the moment of the histories."""
        rate = (self.r + histories.frequency) / (self.alpha + histories.age)
        end = self.beta + histories.age
        stretch = np.log1p(horizon / end)
        stays = end * stretch * exprel((1 - self.s) * stretch)  # the mean time that a living customer stays
        return np.asarray(rate * stays * self.alive(histories), dtype=np.float64)

    def returned(self, histories: Histories, within: Floats | float) -> Floats:
        """The probability of at least one order within a time, one for all or one a customer."""
        shape, scale, end = self.r + histories.frequency, self.alpha + histories.age, self.beta + histories.age
        none = np.zeros(histories.customers)
        log = moments(Power(scale, shape + 1), Power(end, none + self.s), none, none + within).log
        log += np.log(shape) + shape * np.log(scale) + self.s * np.log(end)
        return np.asarray(np.exp(log) * self.alive(histories), dtype=np.float64)


def _log_odds(model: ParetoNBD, h: Histories) -> tuple[Floats, Floats, Moments]:
    """The logarithms of the likelihood that a customer is here, and that she left since the last order."""
    shape, s = model.r + h.frequency, model.s
    here = -shape * np.log(model.alpha + h.age) - s * np.log(model.beta + h.age)
    each = np.ones(h.customers)
    left = moments(Power(model.alpha * each, shape), Power(model.beta * each, (s + 1) * each), h.recency, h.age)
    return np.asarray(here, dtype=np.float64), np.log(s) + left.log, left


def likelihood_terms(model: ParetoNBD, h: Histories) -> tuple[Floats, Floats]:
    """The log-likelihood of each history, and ``[parameter, history]`` its derivatives."""
    r, alpha, s, beta = model.r, model.alpha, model.s, model.beta
    shape = r + h.frequency
    here, left, under = _log_odds(model, h)
    total = np.logaddexp(here, left)
    alive = np.exp(here - total)
    gone = 1 - alive
    common = gammaln(shape) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    slopes = np.stack([
        digamma(shape) - digamma(r) + np.log(alpha) - alive * np.log(alpha + h.age) - gone * under.log_first,
        r / alpha - shape * (alive / (alpha + h.age) + gone * under.first),
        np.log(beta) - alive * np.log(beta + h.age) + gone * (1 / s - under.log_second),
        s / beta - alive * s / (beta + h.age) - gone * (s + 1) * under.second,
    ])  # fmt: skip
    return common + total, slopes
