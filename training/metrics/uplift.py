"""How good uplifts are: whether the treated gain more where more is said, and as much as is said."""

from __future__ import annotations

from typing import Final

import numpy as np

from features.arrays import Floats, Ints, Mask
from training.metrics.qini import qini

FIFTHS: Final = 5
BEST: Final = 0.3  # the share of customers of whom it is told what treating them alone would bring


def uplift_metrics(y: Floats, p: Floats, treated: Mask) -> dict[str, float]:
    """The Qini coefficient, the uplift of the best 30 %, of all, the mean score, and by fifths both side by side.

    ``fifth_1_score`` and ``fifth_1_uplift`` are those of the fifth with the highest scores.
    """
    order = np.argsort(-p, kind="stable")
    found = {
        "qini": float(qini(y, p, treated, np.ones((1, len(y))))[0]),
        "uplift_at_30": difference(y, treated, order[: int(len(y) * BEST)]),
        "uplift": difference(y, treated, order),
        "mean_score": float(p.mean()),
    }
    for number, part in enumerate(np.array_split(order, FIFTHS), start=1):
        found[f"fifth_{number}_score"] = float(p[part].mean()) if len(part) else float("nan")
        found[f"fifth_{number}_uplift"] = difference(y, treated, part)
    return found


def difference(y: Floats, treated: Mask, rows: Ints | slice = np.s_[:]) -> float:
    """The mean outcome of the treated less that of the control, among some rows; NaN where an arm has nobody.

    >>> difference(np.array([1.0, 0.0, 1.0]), np.array([True, False, False]))
    0.5
    """
    y, treated = y[rows], treated[rows]
    return float(y[treated].mean() - y[~treated].mean()) if 0 < treated.sum() < len(treated) else float("nan")
