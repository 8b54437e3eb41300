"""Calibration: raw scores, stretched and shifted until they mean what they say, in spread and in level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from features.arrays import Floats
from training.targets.frame.target import ScoreKind

WEAK_PRIOR = 1e-3
# One block of time differs from the next by chance and by season: what one block tells is not all true of the next.
# On past blocks, of some 250 outcomes of lapse and some 900 of redemption, a prior of this precision gave about the
# lowest log loss on the block after: lapse hardly feels it, redemption is held back too much by four times as much.
BLOCK_PRIOR = 50.0
# A company's rates and lapses by a known law, twice as busy: with 4 to 6 scores that were right before stay right in
# spread (slope 1.01 to 1.04 and least log loss; as log-odds 1.20, as powers 0.96).
SHAPE = 4.0
FURTHEST = 100.0  # log of the rate by which things may happen more or less often


@dataclass(frozen=True)
class Platt:
    """``slope · z + intercept`` of raw scores ``z``: log-odds of probabilities, logs of amounts, uplifts as they are.

    In a season things happen at ``rate`` times the usual rate. How often a customer does them is known as well as some
    four events tell, a gamma distribution of shape ``SHAPE``: a probability ``p`` that nothing happens (``absence``)
    becomes ``(1 + rate · (p^(−1/4) − 1))^(−4)``, and one that something does its counterpart. So a busy season parts
    those who come often from those who seldom do, where a shift of log-odds, which shape 1 would be, leaves them as
    near as before; less so than ``p ** rate``, which holds where rates are known for sure.

    >>> Platt(1.0, 0.0).apply(np.array([0.0]), "probability").tolist()
    [0.5]
    >>> twice = Platt(rate=2.0, absence=True)
    >>> twice.apply(np.array([0.0]), "probability").round(4).tolist()
    [0.277]
    """

    slope: float = 1.0
    intercept: float = 0.0
    rate: float = 1.0
    absence: bool = False

    def apply(self, z: Floats, score_kind: ScoreKind) -> Floats:
        """Calibrated scores; one row alone gives the same bits as among many."""
        margin = self.slope * z + self.intercept
        if score_kind == "uplift":
            return np.asarray(margin, dtype=np.float64)
        if score_kind == "amount":
            return np.asarray(np.exp(margin), dtype=np.float64)
        if self.rate == 1.0:
            return np.asarray(expit(margin), dtype=np.float64)
        usual = np.logaddexp(0.0, -margin if self.absence else margin)  # minus the log of the chance of nothing
        none = np.exp(-SHAPE * np.log1p(self.rate * np.expm1(usual / SHAPE)))
        return np.asarray(none if self.absence else 1 - none, dtype=np.float64)

    def at_level(self, z: Floats, level: float, score_kind: ScoreKind, *, absence: bool = False) -> Platt:
        """The same spread, at the rate (of amounts: shifted) that makes a level the mean score of these rows.

        >>> z = np.array([-1.0, 0.0, 3.0])
        >>> float(Platt(0.8).at_level(z, 0.4, "probability").apply(z, "probability").mean().round(9))
        0.4
        """
        from scipy.optimize import brentq  # noqa: PLC0415  (a second; only fitting needs it)

        if score_kind == "amount":
            return Platt(self.slope, float(np.log(level / np.exp(self.slope * z).mean())))

        def at(log_rate: float) -> Platt:
            return Platt(self.slope, self.intercept, float(np.exp(log_rate)), absence)

        def excess(log_rate: float) -> float:
            return float(at(log_rate).apply(z, score_kind).mean()) - level

        return at(float(brentq(excess, -FURTHEST, FURTHEST)))


def fit_platt(z: Floats, y: Floats, *, precision: float = WEAK_PRIOR) -> Platt:
    """The least log loss over slope and intercept (Platt 1999, without smoothed targets), drawn towards (1, 0).

    The prior is a Gaussian of that precision. A weak one keeps the answer finite when the classes do not overlap.

    >>> fit_platt(np.array([-1.0, -1.0, 1.0, 1.0]), np.array([0.0, 1.0, 0.0, 1.0])).slope < 0.01
    True
    """
    from scipy.optimize import minimize  # noqa: PLC0415  (a second; only fitting needs it)

    def loss(theta: Floats) -> tuple[float, Floats]:
        slope, intercept = theta
        margin = slope * z + intercept
        error = expit(margin) - y
        away = theta - np.array([1.0, 0.0])
        total = np.sum(np.logaddexp(0.0, margin) - y * margin) + precision / 2 * float(away @ away)
        return float(total), np.array([error @ z, error.sum()]) + precision * away

    slope, intercept = minimize(loss, np.array([1.0, 0.0]), jac=True, method="BFGS").x
    return Platt(float(slope), float(intercept))
