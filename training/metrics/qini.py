"""The Qini coefficient: how well scores order customers by what treating them changes.

It is defined as scikit-uplift does (``qini_auc_score`` with its defaults).
Customers come by score, best first; after each group of equal scores the curve is the outcomes of the treated less
those of the control, scaled to as many customers as were treated: ``Y_t − Y_c · N_t / N_c``. The coefficient is the
area between it and the straight line to its end, over the same area of the best order that there can be: outcomes of
the treated first, those of the control last. Random scores have 0, the best order 1.
"""

from __future__ import annotations

import numpy as np

from features.arrays import Floats, Mask


def qini(y: Floats, p: Floats, treated: Mask, weights: Floats) -> Floats:
    """The Qini coefficient as defined above, of each row of ``weights[resample, row]``.

    >>> y, treated = np.array([1.0, 0.0, 1.0, 0.0]), np.array([True, True, False, False])
    >>> qini(y, np.array([4.0, 3.0, 1.0, 2.0]), treated, np.ones((1, 4))).tolist()
    [1.0]
    >>> qini(y, np.zeros(4), treated, np.ones((1, 4))).tolist()
    [0.0]
    """
    best = y * np.where(treated, 1.0, -1.0)
    areas, least = (qini_area(y, each, treated, weights) for each in (p, best))
    return np.asarray(areas / np.where(least > 0, least, np.nan), dtype=np.float64)


def qini_area(y: Floats, p: Floats, treated: Mask, weights: Floats) -> Floats:
    """The area between the Qini curve of each resample and the line to its end."""
    customers, curve = qini_curve(y, p, treated, weights)
    return np.asarray(np.trapezoid(curve, customers, axis=1) - curve[:, -1] * customers[:, -1] / 2, dtype=np.float64)


def qini_curve(y: Floats, p: Floats, treated: Mask, weights: Floats) -> tuple[Floats, Floats]:
    """``[resample, point]``: how many customers, and how many outcomes more than without being treated; from 0 on."""
    order = np.argsort(-p, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(p[order]) != 0, [True]))

    def reached(each: Floats) -> Floats:
        return np.asarray(np.cumsum((weights * each)[:, order], axis=1)[:, ends], dtype=np.float64)

    n_treated, n_control = reached(treated.astype(np.float64)), reached((~treated).astype(np.float64))
    scale = np.divide(n_treated, n_control, out=np.zeros_like(n_treated), where=n_control > 0)
    curve = reached(y * treated) - reached(y * ~treated) * scale
    start = np.zeros((len(weights), 1))
    return np.hstack([start, n_treated + n_control]), np.hstack([start, curve])
