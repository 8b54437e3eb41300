"""One model's scores of customers, or why there are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from features.arrays import Floats, Ints, Mask
from features.sentences.phrasebook import Phrasebook
from training.learners.model import Model, Reason
from training.targets import PAIR, Target

ENDS: Final = ("low", "median", "high")  # eight of ten amounts lie from low to high, half of them below the median
NO_EVENTS: Final = "no_events"  # why a customer has no scores: nothing happened yet
NO_MODEL: Final = "no_model"  # no model of the target has passed the gate yet
OTHER_FEATURES: Final = "feature_set_mismatch"  # the champion was trained on features that are not at hand


@dataclass(frozen=True)
class ModelScores:
    """One model's figures, one entry a customer; NaN, 0 and nothing for customers outside its population.

    ``campaigns`` is None for a model that does not score campaigns; ``silent`` tells the customers without any event.
    ``ends`` are the low end, median and high end of amounts, a row a customer.
    """

    model: Model
    values: Floats
    percentiles: Ints
    reasons: Sequence[Sequence[Reason]]
    campaigns: Sequence[str | None] | None = None
    silent: Mask | None = None
    ends: Floats | None = None

    def answer(self, place: int) -> dict[str, object]:
        """What this model says of one customer, as JSON."""
        model, value, percentile = self.model, self.values[place], int(self.percentiles[place])
        has_score = not np.isnan(value)
        score = (round(100 * value) if model.score_kind == "probability" else percentile) if has_score else None
        answer: dict[str, object] = {
            "score": score,
            model.score_kind: float(value) if has_score else None,
            "percentile": percentile if has_score else None,
            "no_score": None if has_score else self._no_score(place),
            "reasons": [reason_of(reason) for reason in self.reasons[place]],
            "model": model.name,
            "version": str(model.version),
        }
        if self.ends is not None:
            answer |= dict(zip(ENDS, map(number, self.ends[place].tolist()), strict=True))
        return answer if self.campaigns is None else answer | {"campaign_id": self.campaigns[place]}

    def no_scores(self) -> list[str | None]:
        """Of each customer why there is no score, as a code; None where there is one."""
        return [self._no_score(place) if missing else None for place, missing in enumerate(np.isnan(self.values))]

    def _no_score(self, place: int) -> str:
        """Why there is no score of a customer, as a code."""
        if self.silent is not None and self.silent[place]:
            return NO_EVENTS
        return "outside_population" if self.campaigns is None else "not_contacted"


@dataclass(frozen=True)
class NoScores:
    """What stands where a declared target has no model that can answer; ``code`` says why, of every customer alike."""

    target: Target
    code: str

    def answer(self) -> dict[str, object]:
        """What is said of any customer, as JSON of the shape that scores have."""
        target = self.target
        figures = dict.fromkeys(("score", target.score_kind, "percentile"))
        answer: dict[str, object] = {
            **figures,
            "no_score": self.code,
            "reasons": [],
            "model": target.name,
            "version": None,
        }
        return answer | ({"campaign_id": None} if target.entity == PAIR else {})


def number(value: float) -> float | None:
    """A figure as JSON: NaN is null."""
    return None if np.isnan(value) else float(value)


def reason_of(reason: Reason) -> dict[str, object]:
    """A reason as JSON."""
    return {
        "code": reason.code,
        "value": number(reason.value),
        "usual": number(reason.usual),
        "contribution": float(reason.contribution),
        "text": reason.text,
    }


def customer_scores(
    model: Model, names: Sequence[str], features: Floats, inside: Mask, *, words: Phrasebook, top: int
) -> ModelScores:
    """The scores of the customers ``inside`` the model's population, with ``top`` reasons each in these words.

    ``names`` are what the model calls the columns of ``features``.
    """
    n = len(features)
    values, percentiles = np.full(n, np.nan), np.zeros(n, dtype=np.int64)
    reasons: list[Sequence[Reason]] = [()] * n
    ends = np.full((n, len(ENDS)), np.nan) if model.hurdle else None
    rows = np.flatnonzero(inside)
    if len(rows):
        matrix = columns_read(model, names, features[rows])
        values[rows] = model.predict(matrix)
        percentiles[rows] = model.percentile(values[rows])
        if ends is not None:
            ends[rows] = model.ends(matrix)
        for row, parts in zip(rows, model.told_reasons(matrix, words, top) if top else (), strict=False):
            reasons[row] = parts
    return ModelScores(model, values, percentiles, reasons, ends=ends)


def columns_read(model: Model, names: Sequence[str], x: Floats) -> Floats:
    """The columns that a model reads, in its order."""
    if model.feature_names == tuple(names):
        return x
    place = {name: i for i, name in enumerate(names)}
    return x[:, [place[name] for name in model.feature_names]]
