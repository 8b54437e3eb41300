"""How sure it is that one set of scores is better than another: whole customers are drawn with replacement."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.stats import rankdata

from features.arrays import Floats, Texts
from training.targets import ScoreKind

RESAMPLES: Final = 500


def share_better(score_kind: ScoreKind, y: Floats, scores: Floats, rival: Floats, customers: Texts) -> float:
    """The share of resamples of customers in which scores beat a rival's: by AUC, for amounts by MAE.

    >>> y, customers = np.array([0.0, 1.0] * 50), np.arange(100).astype(str)
    >>> share_better("probability", y, scores=y, rival=1 - y, customers=customers)
    1.0
    """
    weights = resample_weights(customers)
    quality = negative_mae if score_kind == "amount" else weighted_auc
    return float((quality(y, scores, weights) > quality(y, rival, weights)).mean())


def resample_weights(customers: Texts) -> Floats:
    """``[resample, row]``: how often each row is drawn when whole customers are."""
    _, place = np.unique(customers, return_inverse=True)
    count = int(place.max()) + 1
    counts = np.random.default_rng(7).multinomial(count, np.full(count, 1 / count), size=RESAMPLES)
    return np.asarray(counts[:, place], dtype=np.float64)


def negative_mae(y: Floats, scores: Floats, weights: Floats) -> Floats:
    """Minus the mean absolute error of each resample.

    >>> negative_mae(np.array([1.0, 2.0]), np.array([1.0, 4.0]), np.array([[1.0, 1.0], [2.0, 0.0]]))
    array([-1., -0.])
    """
    return np.asarray(-(weights @ np.abs(y - scores)) / weights.sum(axis=1))


def weighted_auc(y: Floats, scores: Floats, weights: Floats) -> Floats:
    """The AUC of each resample; ties count half. Fawcett (2006), section 7, with weights."""
    place = rankdata(scores, method="dense").astype(np.int64) - 1
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(place.max() + 1))
    positive = np.add.reduceat((weights * y)[:, order], starts, axis=1)
    negative = np.add.reduceat((weights * (1 - y))[:, order], starts, axis=1)
    below = np.cumsum(negative, axis=1) - negative / 2
    pairs = positive.sum(axis=1) * negative.sum(axis=1)
    return np.asarray((positive * below).sum(axis=1) / np.where(pairs > 0, pairs, np.nan))
