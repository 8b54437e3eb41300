"""How long contracts last: the shifted beta-geometric model of customers who decide at each renewal.

At the end of each period a customer leaves with a chance of her own, which is Beta(``alpha``, ``beta``) over customers.
Fader and Hardie (2007), How to project customer retention, Journal of Interactive Marketing 21(1); (2010),
Customer-base valuation in a contractual setting, Marketing Science 29(1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import betaln, digamma

from features.arrays import Floats, Mask
from features.errors import StamkundError
from training.btyd.likelihood import most_likely

NAME: Final = "sBG"
FEWEST_ENDS: Final = 20


@dataclass(frozen=True)
class ShiftedBetaGeometric:
    """A fitted model; ``renewals`` count how many periods a customer has stayed so far.

    >>> model = ShiftedBetaGeometric(0.668, 3.806)  # years; the "high end" customers of the paper
    >>> model.survival(np.array([0.0]), periods=np.array([1.0, 7.0])).round(3).tolist()
    [[0.851, 0.489]]
    >>> model.retention(np.array([0.0, 6.0])).round(3).tolist()  # who stays longer is likelier to stay
    [0.851, 0.936]
    """

    alpha: float
    beta: float

    @classmethod
    def fit(cls, renewals: Floats, ended: Mask) -> ShiftedBetaGeometric:
        """The most likely model: ``renewals`` of each customer, and who left at the decision after them.

        Who has not ended is known to have renewed so many times, and no more.
        """
        if not (np.isfinite(renewals) & (renewals >= 0) & (renewals == np.floor(renewals))).all():
            message = "Renewals count the periods that a customer has renewed: 0, 1, 2 and so on."
            raise StamkundError("impossible_history", f"{message} Some are not.", field="renewals")
        renewed = int((renewals > 0).sum())
        if min(int(ended.sum()), renewed) < FEWEST_ENDS:
            came = f"{NAME}: {int(ended.sum())} contracts ended and {renewed} were renewed."
            message = f"{came} It needs {FEWEST_ENDS} of each. Give more history, or use the share that renews."
            raise StamkundError("too_few_contracts", message)
        rows, counts = np.unique(np.stack([renewals, ended]), axis=1, return_counts=True)

        def value(parameters: Floats) -> tuple[float, Floats]:
            logs, slopes = likelihood_terms(cls(*parameters.tolist()), rows[0], rows[1])
            return float(np.sum(counts * logs)), np.sum(slopes * counts, axis=1)

        found = most_likely(value, {"alpha": 1.0, "beta": 2.0}, model=NAME, weight=float(len(renewals)))
        return cls(*found.tolist())

    def log_likelihood(self, renewals: Floats, ended: Mask) -> float:
        """The log-likelihood of customers' renewals and ends."""
        return float(likelihood_terms(self, renewals, ended.astype(np.float64))[0].sum())

    def retention(self, renewals: Floats) -> Floats:
        """The chance that each customer in force renews once more."""
        return np.asarray((self.beta + renewals) / (self.alpha + self.beta + renewals), dtype=np.float64)

    def survival(self, renewals: Floats, periods: Floats) -> Floats:
        """``[customer, period]`` the chance that each customer in force is so after so many more renewals."""
        beta = self.beta + renewals[:, None]
        return np.asarray(np.exp(betaln(self.alpha, beta + periods) - betaln(self.alpha, beta)), dtype=np.float64)

    def expected_renewals(self, renewals: Floats, horizon: int, *, discount: float = 0.0) -> Floats:
        """Expected renewals of each customer in force at the next ``horizon`` decisions.

        ``discount`` is the interest of a period; the decision at the end of this period is not discounted.

        >>> ShiftedBetaGeometric(1.0, 1.0).expected_renewals(np.array([0.0]), 2).round(4).tolist()  # 1/2 + 1/3
        [0.8333]
        """
        counts, places = np.unique(renewals, return_inverse=True)
        periods = np.arange(1.0, horizon + 1)
        return np.asarray(self.survival(counts, periods) @ (1 + discount) ** (1 - periods), dtype=np.float64)[places]


def likelihood_terms(model: ShiftedBetaGeometric, renewals: Floats, ended: Floats) -> tuple[Floats, Floats]:
    """The log-likelihood of each customer, and ``[parameter, customer]`` its derivatives; ``ended`` is 0 or 1."""
    alpha, beta = model.alpha, model.beta
    end = digamma(alpha + beta + renewals + ended) - digamma(alpha + beta)
    logs = betaln(alpha + ended, beta + renewals) - betaln(alpha, beta)
    slopes = np.stack([ended / alpha - end, digamma(beta + renewals) - digamma(beta) - end])
    return np.asarray(logs, dtype=np.float64), slopes
