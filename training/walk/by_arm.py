"""An uplift, learnt and tried on an experiment: by time where its days allow, else by random parts of customers.

Where an experiment ran long enough, the effect is learnt from what was known when the last block of days began, which
holds enough outcomes in each arm, and tried on that block. Else of five parts of the customers each is scored by an
effect learnt from the other four, and stretched and shifted by what these four tell. What is likely of an outcome comes
from models that had not seen it; where it is crossed over all rows once, they had seen outcomes of the part that is
tried, but not who was treated there: by chance alone a score cannot order these better.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from features.arrays import Floats, Ints, Mask
from training.learners.blend import Blend
from training.learners.calibration import Platt
from training.learners.effect import EFFECT, fit_effect, fit_outcome, likely_outcomes, spread_of, told_effects
from training.learners.trees import THREADS, Trees
from training.walk.dataset import Dataset
from training.walk.folds import FOLDS, folds_of
from training.walk.walk_forward import WalkForward, block_start, outcome_count


def by_arm(rows: Dataset, *, outcomes: int, share: float | None = None, seed: int = 7) -> WalkForward | None:
    """The protocol above on rows whose outcome is known; None without that many outcomes in each arm.

    ``share`` is that of the treated, by which they were drawn; without it, as many as there were.
    """
    if outcome_count(rows, "uplift") < max(outcomes, FOLDS):
        return None
    every = Crossed.of(rows, share, seed)
    final = Blend({EFFECT: every.fit(np.ones(len(rows), dtype=np.bool_))})
    late = block_start(rows, "uplift", outcomes=outcomes)
    if late is None:
        moment = int(rows.as_of.max())
        return WalkForward(
            final, every.spread(), rows, every.stretched(), moment, folds=FOLDS, response=every.responses()
        )
    past, test = Crossed.of(rows.known_by(late), share, seed), rows.where(rows.as_of >= late)
    raw = past.fit(np.ones(len(past.rows), dtype=np.bool_)).raw(test.x, num_threads=THREADS)
    told = past.rows.where(past.treated)
    response = fit_outcome(told.x, told.y).raw(test.x, num_threads=THREADS)
    return WalkForward(final, every.spread(), test, past.spread().apply(raw, "uplift"), late, response=response)


@dataclass(frozen=True)
class Crossed:
    """Rows with the ``likely`` outcome and the raw score of each by models that learnt from the other folds."""

    rows: Dataset
    treated: Mask
    share: float
    fold: Ints
    likely: Floats
    scores: Floats

    @classmethod
    def of(cls, rows: Dataset, share: float | None, seed: int) -> Self:
        """Those of an experiment."""
        treated = np.zeros(len(rows), dtype=np.bool_) if rows.treated is None else rows.treated
        drawn, fold = float(treated.mean()) if share is None else share, folds_of(rows, seed=seed)
        found = cls(rows, treated, drawn, fold, likely_outcomes(rows.x, rows.y, fold), np.empty(len(rows)))
        for part in range(FOLDS):
            here = fold == part
            found.scores[here] = found.fit(~here).raw(rows.x[here], num_threads=THREADS)
        return found

    def responses(self) -> Floats:
        """The outcome of each row as the treated of the other folds make it likely: what is usually ranked by."""
        return likely_outcomes(self.rows.x, self.rows.y, self.fold, self.treated)

    def fit(self, those: Mask) -> Trees:
        """The effect as those rows tell it."""
        x, y = self.rows.x[those], self.rows.y[those]
        return fit_effect(x, y, self.treated[those], self.likely[those], self.share)

    def spread(self, those: Mask | slice = np.s_[:]) -> Platt:
        """How scores are to be stretched and shifted by what those rows tell."""
        effect, weight = told_effects(self.rows.y, self.treated, self.likely, self.share)
        return spread_of(self.scores[those], effect[those], weight[those])

    def stretched(self) -> Floats:
        """The score of each row, stretched and shifted by what the other folds tell."""
        found = np.empty(len(self.scores))
        for part in range(FOLDS):
            here = self.fold == part
            found[here] = self.spread(~here).apply(self.scores[here], "uplift")
        return found
