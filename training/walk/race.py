"""The race: which learner, or which of them together, did best on outcomes that none of them had seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from features.arrays import Floats, Texts
from training.learners.calibration import fit_platt
from training.targets.frame.target import ScoreKind

POWER: Final = 1.2  # of the Tweedie deviance: between a count's and an amount's spread
# From the simplest on.
ENTRIES: Final[Sequence[tuple[str, ...]]] = (
    ("btyd",),
    ("linear",),
    ("trees",),
    ("plain_trees",),
    ("linear", "trees"),
    ("btyd", "plain_trees"),
    ("trees", "plain_trees"),
    ("linear", "trees", "plain_trees"),
    ("btyd", "linear", "trees", "plain_trees"),
)


@dataclass(frozen=True)
class Entry:
    """Learners that run together: their mean loss, how far that is above the best, and that difference's error."""

    learners: tuple[str, ...]
    loss: float
    behind: float
    error: float

    @property
    def name(self) -> str:
        """How reports call it."""
        return " + ".join(self.learners)


def run_race(raw: Mapping[str, Floats], y: Floats, customers: Texts, score_kind: ScoreKind) -> list[Entry]:
    """Every entry of learners whose raw scores are there, in the order from simple on.

    The losses, log loss or Tweedie deviance, are of scores with the right level and spread for these very rows: what
    counts here is the order.
    """
    entries = [entry for entry in ENTRIES if all(name in raw for name in entry)] or [tuple(raw)]
    losses = [_losses(np.mean([raw[name] for name in entry], axis=0), y, score_kind) for entry in entries]
    best = losses[int(np.argmin([loss.mean() for loss in losses]))]
    return [
        Entry(entry, float(loss.mean()), float((loss - best).mean()), _error(loss - best, customers))
        for entry, loss in zip(entries, losses, strict=True)
    ]


def winner(entries: Sequence[Entry]) -> Entry:
    """The simplest entry within one standard error of the best (Breiman et al. 1984).

    >>> winner([Entry(("linear",), 0.31, 0.01, 0.004), Entry(("trees",), 0.303, 0.003, 0.004)]).name
    'trees'
    """
    return next(entry for entry in entries if entry.behind <= entry.error)


def _losses(raw: Floats, y: Floats, score_kind: ScoreKind) -> Floats:
    """The loss of each row."""
    if score_kind == "probability":
        margin = fit_platt(raw, y)
        z = margin.slope * raw + margin.intercept
        return np.asarray(np.logaddexp(0.0, z) - y * z, dtype=np.float64)
    amounts = np.maximum(y, 0.0)
    mean = np.exp(raw) * (amounts.mean() / np.exp(raw).mean())
    return np.asarray(mean ** (2 - POWER) / (2 - POWER) - amounts * mean ** (1 - POWER) / (1 - POWER), dtype=np.float64)


def _error(difference: Floats, customers: Texts) -> float:
    """The standard error of a mean of rows, where those of one customer are no independent witnesses."""
    _, place = np.unique(customers, return_inverse=True)
    sums = np.bincount(place, weights=difference - difference.mean())
    return float(np.sqrt(np.sum(sums**2)) / len(difference))
