"""What an order is worth: the Gamma-Gamma model of customers' mean values.

A customer's orders are worth Gamma(``p``) about a mean of her own, which is inverse gamma (``q``, ``gamma``) over
customers and independent of how often they order. Colombo and Jiang (1999), A stochastic RFM model, Journal of
Interactive Marketing 13(3); Fader and Hardie (2013), The gamma-gamma model of monetary value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import digamma, gammaln

from features.arrays import Floats
from features.errors import StamkundError
from training.btyd.likelihood import most_likely, require_enough

NAME: Final = "Gamma-Gamma"


@dataclass(frozen=True)
class GammaGamma:
    """A fitted model of positive values; ``gamma`` is in the unit of the values.

    >>> model = GammaGamma(6.25, 3.74, 15.44)  # dollars; CDNOW, a tenth of it
    >>> round(model.mean, 2)
    35.22
    >>> model.expected_value(np.array([0.0, 1.0, 20.0]), np.array([0.0, 80.0, 80.0])).round(2).tolist()
    [35.22, 66.35, 79.04]
    """

    p: float
    q: float
    gamma: float

    @classmethod
    def fit(cls, orders: Floats, mean_value: Floats) -> GammaGamma:
        """The most likely model of customers by their number of orders and the mean value of these.

        It knows only positive values: a customer without any order or with a mean of 0 or below is left out. A model
        whose mean over customers is not finite (``q`` ≤ 1) is refused.
        """
        known = (orders > 0) & (mean_value > 0)
        x, m = orders[known], mean_value[known]
        require_enough(len(x), float((x > 1).sum()), model=NAME)
        level = float(np.median(m))

        def value(parameters: Floats) -> tuple[float, Floats]:
            logs, slopes = likelihood_terms(cls(*parameters.tolist()), x, m)
            return float(logs.sum()), slopes.sum(axis=1)

        start = {"p": 5.0, "q": 4.0, "gamma": 3 * level / 5}
        model = cls(*most_likely(value, start, model=NAME, weight=float(len(x))).tolist())
        if model.q <= 1:
            found = f"{NAME}: the values of these {len(x)} customers vary so much that their mean is not finite"
            message = f"{found} (q = {model.q:.3g}; above 1 is needed). Cap the largest values, or use a rule."
            raise StamkundError("no_finite_mean", message)
        return model

    @property
    def mean(self) -> float:
        """The mean value of an order of a customer nothing is known of."""
        return self.p * self.gamma / (self.q - 1)

    def log_likelihood(self, orders: Floats, mean_value: Floats) -> float:
        """The log-likelihood of customers with at least one order and a positive mean value."""
        return float(likelihood_terms(self, orders, mean_value)[0].sum())

    def expected_value(self, orders: Floats, mean_value: Floats) -> Floats:
        """The mean value of each customer's orders to come: between what hers were worth and everybody's mean.

        Who has no order has everybody's; a mean value below 0 counts as 0.
        """
        total = np.where(orders > 0, orders * np.maximum(mean_value, 0.0), 0.0)
        return self.p * (self.gamma + total) / (self.p * orders + self.q - 1)


def likelihood_terms(model: GammaGamma, x: Floats, m: Floats) -> tuple[Floats, Floats]:
    """The log-likelihood of each customer, and ``[parameter, customer]`` its derivatives."""
    p, q, gamma = model.p, model.q, model.gamma
    shape, end = p * x, np.log(gamma + m * x)
    logs = gammaln(shape + q) - gammaln(shape) - gammaln(q) + q * np.log(gamma)
    logs += shape * (np.log(m * x) - end) - q * end - np.log(m)
    slopes = np.stack([
        x * (digamma(shape + q) - digamma(shape) + np.log(m * x) - end),
        digamma(shape + q) - digamma(q) + np.log(gamma) - end,
        q / gamma - (shape + q) / (gamma + m * x),
    ])  # fmt: skip
    return logs, slopes
