"""The pictures of an uplift: does it mean what it says, and what would be gained by treating the best first?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from features.arrays import Floats, Mask
from training.metrics.qini import qini_curve
from training.metrics.uplift import FIFTHS, difference
from training.registration.canvas import MODEL, PERFECT, RULE, canvas


def uplift_pictures(y: Floats, lines: Mapping[str, Floats], treated: Mask, *, title: str) -> dict[str, Figure]:
    """``reliability`` and ``gain`` of the first of several scores of the same customers; the others stand beside."""
    scores = next(iter(lines.values()))
    return {"reliability": reliability(y, scores, treated, title=title), "gain": gain(y, lines, treated, title=title)}


def reliability(y: Floats, scores: Floats, treated: Mask, *, title: str) -> Figure:
    """What the treated gained against the mean score, in fifths of the customers."""
    figure, axes = canvas(f"{title}: predicted and observed uplift", "mean score", "treated less not treated")
    parts = [part for part in np.array_split(np.argsort(scores, kind="stable"), FIFTHS) if len(part)]
    means = np.array([scores[part].mean() for part in parts])
    gained = np.array([difference(y, treated, part) for part in parts])
    error = 1.64 * np.array([_error(y[part], treated[part]) for part in parts])
    ends = [float(means.min()), float(means.max())]
    axes.plot(ends, ends, color=PERFECT, linewidth=1, label="perfect")
    axes.errorbar(means, gained, yerr=error, color=MODEL, marker="o", capsize=2, label=f"{title} (90 % interval)")
    axes.axhline(0, color=PERFECT, linewidth=0.5)
    axes.legend(frameon=False)
    return figure


def gain(y: Floats, lines: Mapping[str, Floats], treated: Mask, *, title: str) -> Figure:
    """The Qini curve: the outcomes gained by treating so many customers, best first, by each of the scores."""
    figure, axes = canvas(f"{title}: gained by treating the best first", "share of customers", "outcomes gained")
    for (name, scores), color in zip(lines.items(), (MODEL, RULE), strict=False):
        customers, curve = (each[0] for each in qini_curve(y, scores, treated, np.ones((1, len(y)))))
        axes.plot(customers / customers[-1], curve, color=color, label=name)
        axes.plot([0, 1], [0, curve[-1]], color=PERFECT, linewidth=1)
    axes.legend(frameon=False)
    return figure


def _error(y: Floats, treated: Mask) -> float:
    """The standard error of a difference of means."""
    arms = (y[treated], y[~treated])
    return float(np.sqrt(sum(arm.var() / max(len(arm), 1) for arm in arms if len(arm))))
