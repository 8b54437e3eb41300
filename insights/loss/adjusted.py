"""What those who dropped would have brought, had they gone on, learnt from those who did and were like them.

The doubly robust estimate of the effect on the untreated, with cross-fitting (Chernozhukov et al. 2018, DML): right if
either who goes on or what they bring is learnt right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import ndtri
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from threadpoolctl import threadpool_limits

from features.arrays import Floats, Ints, Mask
from insights.intervals import LEVEL, Estimate

FOLDS: Final = 5
FEWEST: Final = 100  # of those who went on, and of those who dropped
# The least chance of going on at which somebody like a customer who dropped did go on. A chance near 1 takes nothing
# away from what those who dropped are compared with: the intervals hold as often (`python -m benchmarks.intervals`).
OVERLAP: Final = 0.02
OUTSIDE: Final = 0.05  # the share of those who dropped that may be below


@dataclass(frozen=True)
class Refusal:
    """Why there is no estimate: a code of the catalogue, and its parameters."""

    code: str
    params: Mapping[str, float]


@dataclass(frozen=True)
class Adjusted:
    """``lost``: the money that those who dropped would have brought beyond what they did; ``mean`` of each of them."""

    lost: Estimate
    mean: Estimate


def adjusted(
    x: Floats, went: Mask, y: Floats, *, customers: Ints | None = None, seed: int = 0, level: float = LEVEL
) -> Adjusted | Refusal:
    """The loss from what was known of each customer (``x``), who went on, and the money each brought (``y``).

    With ``customers``, numbers of whose each row is, the rows of one are learnt from together, and seen as one by the
    interval.

    >>> draw = np.random.default_rng(0)
    >>> x = draw.normal(size=(400, 1))
    >>> went = draw.random(400) < 0.5
    >>> told = adjusted(x, went, 10.0 * went + 0 * x[:, 0])  # going on brings 10 to anybody
    >>> isinstance(told, Adjusted) and round(float(told.mean.value), 3)
    10.0
    """
    counts = {"went": int(went.sum()), "dropped": int((~went).sum()), "needed": FEWEST}
    if min(counts["went"], counts["dropped"]) < FEWEST:
        return Refusal("loss_too_few", counts)
    if not y.any():
        return Refusal("loss_no_money", {})
    with threadpool_limits(1):  # these matrices are narrow: threads wait for each other longer than they compute
        chance, brought = _cross_fitted(x, went, y, customers, seed)
    outside = float((chance[~went] < OVERLAP).mean())
    if outside > OUTSIDE:
        return Refusal("loss_no_overlap", {"outside": outside, "allowed": OUTSIDE})
    chance = np.maximum(chance, OVERLAP)
    # Σ_dropped (μ(x) − y) + Σ_went (1 − e) / e · (y − μ(x))
    parts = np.where(went, (1 - chance) / chance * (y - brought), brought - y)
    dropped = counts["dropped"]
    mean = parts.sum() / dropped
    off = parts - ~went * mean
    error = float(np.sqrt(((off if customers is None else np.bincount(customers, off)) ** 2).sum())) / dropped
    half = float(ndtri((1 + level) / 2)) * error
    per_customer = Estimate(mean, mean - half, mean + half, len(y))
    return Adjusted(per_customer * dropped, per_customer)


def _cross_fitted(x: Floats, went: Mask, y: Floats, customers: Ints | None, seed: int) -> tuple[Floats, Floats]:
    """The chance to go on and the money of who does, of each customer, by models that have not seen them."""
    chance, brought = np.empty(len(y)), np.empty(len(y))
    kind = StratifiedKFold if customers is None else StratifiedGroupKFold
    for learn, tell in kind(FOLDS, shuffle=True, random_state=seed).split(x, went, customers):
        going = learn[went[learn]]
        chance[tell] = _classifier().fit(x[learn], went[learn]).predict_proba(x[tell])[:, 1]
        brought[tell] = _regressor().fit(x[going], y[going]).predict(x[tell])
    return chance, brought


def _classifier() -> Pipeline:
    return make_pipeline(_scale(), StandardScaler(), LogisticRegression(max_iter=1000))


def _regressor() -> Pipeline:
    return make_pipeline(_scale(), StandardScaler(), RidgeCV(np.logspace(-2, 3, 6)))


def _scale() -> FunctionTransformer:
    return FunctionTransformer(both_scales)


def both_scales(x: Floats) -> Floats:
    """Each column as it is and by its logarithm: amounts count in proportion, or by how often they double."""
    return np.hstack([x, np.sign(x) * np.log1p(np.abs(x))])
