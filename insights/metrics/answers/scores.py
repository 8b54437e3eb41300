"""Scores of survey answers: of each customer the latest answer in a period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from features.arrays import Floats, Ints
from features.config.sections.insights.metrics import MetricSettings, Scale, Target, Weight
from features.language.conditions import conditions
from features.language.terms import Condition, Where
from insights.intervals import Estimate, nps, proportion, ratio
from insights.metrics.definitions.columns import Unit

PROMOTERS, DETRACTORS = 9, 6  # from, and up to, of 0 to 10
_SATISFIED: Final[Mapping[Scale, int]] = {"csat": 4, "ces": 5}  # from which answer on


@dataclass(frozen=True)
class Score:
    """A score of the answers that meet conditions.

    How much each one counts says its ``weight``: a column of the answers, or the ``profile`` of who was asked.
    """

    name: str
    scale_of: Scale
    where: Where
    weight: Weight | None = None
    target: Target = ()
    higher_is_better: bool = True
    text: str | None = None

    @classmethod
    def of(cls, name: str, settings: MetricSettings, minor_units: int) -> Self:
        """A score as declared.

        >>> [condition.column for condition in Score.of("nps", MetricSettings(score="nps"), 2).where]
        ['kind', 'scale']
        """
        assert settings.score is not None  # noqa: S101
        kinds = Condition("kind", settings.kinds or ("survey",))
        touchpoint = () if settings.touchpoint is None else (Condition("category", (settings.touchpoint,)),)
        own = conditions(settings.where, minor_units=minor_units)
        where = tuple(sorted([kinds, Condition("scale", (settings.score,)), *touchpoint, *own]))
        better = settings.better == "higher"
        return cls(name, settings.score, where, settings.weight, settings.target, better, settings.text)

    @property
    def unit(self) -> Unit:
        """What it is told in: NPS in points from −100 to 100, stars in points, the others as a share."""
        return "points" if self.scale_of in ("nps", "stars") else "share"

    def told_by(self, grain: str) -> bool:
        """Whether it is told in periods of a grain: those whom a day asks are too few to be told apart."""
        return self.weight != "profile" or grain != "day"

    @property
    def kinds(self) -> set[str]:
        """The kinds of events that it looks at."""
        return {kind for test in self.where if test.column == "kind" for kind in test.values}


def scored(scale: Scale, ratings: Floats, weights: Floats, cell: Ints, cells: int) -> Estimate:
    """The score of each cell from answers, their weights and cells.

    >>> ratings, ones = np.array([10.0, 9, 8, 6]), np.ones(4)
    >>> float(scored("nps", ratings, ones, np.zeros(4, int), 1).value[0])
    25.0
    """
    n, total = np.bincount(cell, minlength=cells), np.bincount(cell, weights, cells)
    squares, effective = np.bincount(cell, weights**2, cells), effective_sizes(weights, cell, cells)
    with np.errstate(invalid="ignore", divide="ignore"):
        if scale == "nps":
            promoters = np.bincount(cell, weights * (ratings >= PROMOTERS), cells) / total
            detractors = np.bincount(cell, weights * (ratings <= DETRACTORS), cells) / total
            return nps(promoters, detractors, n, effective=effective)
        if scale in _SATISFIED:
            satisfied = np.bincount(cell, weights * (ratings >= _SATISFIED[scale]), cells) / total
            return proportion(satisfied, n, effective=effective)
    top = np.bincount(cell, weights * ratings, cells)
    both = np.bincount(cell, weights**2 * ratings, cells)
    tops = np.bincount(cell, (weights * ratings) ** 2, cells)
    mean = ratio(top, total, top_squares=tops, products=both, bottom_squares=squares, n=n)
    return Estimate(mean.value, mean.low, mean.high, n)


def effective_sizes(weights: Floats, cell: Ints, cells: int) -> Floats:
    """How many answers of each cell are worth without weights (Kish 1965); 0 where there are none.

    >>> effective_sizes(np.array([1.0, 1.0, 2.0]), np.array([0, 0, 0]), 2).round(2).tolist()
    [2.67, 0.0]
    """
    total, squares = np.bincount(cell, weights, cells), np.bincount(cell, weights**2, cells)
    return np.asarray(total**2 / np.where(squares == 0, 1, squares))
