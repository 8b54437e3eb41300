"""How sure a figure is: whole customers are drawn with replacement, again and again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from scipy.stats import rankdata

from features.arrays import Floats, Mask, Texts
from training.metrics.qini import qini, qini_area
from training.targets import ScoreKind

RESAMPLES: Final = 500
AT_ONCE: Final = 2_000_000  # weights held in memory at a time
INTERVAL: Final = (0.05, 0.95)  # the two ends of a 90 % interval


def share_better(
    score_kind: ScoreKind, y: Floats, scores: Floats, rival: Floats, customers: Texts, *, treated: Mask | None = None
) -> float:
    """The share of resamples of customers in which scores order better than a rival's: by AUC, for amounts by Gini.

    Uplifts of who was ``treated`` and who not are compared by the area of Qini.

    >>> y, customers = np.array([0.0, 1.0] * 50), np.arange(100).astype(str)
    >>> share_better("probability", y, scores=y, rival=1 - y, customers=customers)
    1.0
    """

    def quality(p: Floats, weights: Floats) -> Floats:
        if treated is not None:
            return qini_area(y, p, treated, weights)
        return weighted_gini(y, p, weights) if score_kind == "amount" else weighted_auc(y, p, weights)

    better = [quality(scores, weights) > quality(rival, weights) for weights in resample_weights(customers)]
    return float(np.concatenate(better).mean())


def qini_interval(y: Floats, p: Floats, treated: Mask, customers: Texts) -> tuple[float, float, float]:
    """The 90 % interval of the Qini coefficient, and the share of resamples of customers in which it is above 0."""
    drawn = np.concatenate([qini(y, p, treated, weights) for weights in resample_weights(customers)])
    low, high = np.nanquantile(drawn, INTERVAL)
    return float(low), float(high), float(np.mean(drawn > 0))


def level_interval(y: Floats, scores: Floats, customers: Texts) -> tuple[float, float]:
    """The 90 % interval of the scores' total over that of the outcomes.

    >>> level_interval(np.array([1.0, 1.0]), np.array([1.1, 1.1]), np.array(["ann", "bob"]))
    (1.1, 1.1)
    """
    ratios = []
    for weights in resample_weights(customers):
        came = weights @ y
        ratios.append((weights @ scores) / np.where(came == 0, np.nan, came))
    low, high = np.nanquantile(np.concatenate(ratios), INTERVAL)
    return float(low), float(high)


def resample_weights(customers: Texts) -> Iterator[Floats]:
    """``[resample, row]``, some resamples at a time: how often each row is drawn when whole customers are."""
    _, place = np.unique(customers, return_inverse=True)
    count = int(place.max()) + 1
    generator, left = np.random.default_rng(7), RESAMPLES
    while left:
        few = min(left, max(AT_ONCE // len(place), 1))
        counts = generator.multinomial(count, np.full(count, 1 / count), size=few)
        yield np.asarray(counts[:, place], dtype=np.float64)
        left -= few


def weighted_gini(y: Floats, scores: Floats, weights: Floats) -> Floats:
    """The Gini covariance of each resample, by ranks of the scores among its rows; ties share their places.

    It is not normalised: of two scores of the same rows, the larger one is that of the better order.

    >>> weighted_gini(np.array([0.0, 4.0]), np.array([1.0, 2.0]), np.array([[1.0, 1.0]])).tolist()
    [1.0]
    """
    place = rankdata(scores, method="dense").astype(np.int64) - 1
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(place.max() + 1))
    amounts = np.add.reduceat((weights * y)[:, order], starts, axis=1)
    mass = np.add.reduceat(weights[:, order], starts, axis=1)
    total = mass.sum(axis=1)
    below = (np.cumsum(mass, axis=1) - mass / 2) / total[:, None]
    return np.asarray((amounts * below).sum(axis=1) - amounts.sum(axis=1) / 2)


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
