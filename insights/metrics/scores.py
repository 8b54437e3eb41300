"""Scores of survey answers: of each customer the latest answer in a period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import polars as pl

from features.arrays import Floats, Ints
from features.config.sections.insights.metrics import MetricSettings, Scale, Target
from features.events.columns import MULTIPLIERS
from features.language.conditions import conditions
from features.language.terms import Condition, Where
from insights.dimensions.dimension import Dimension
from insights.intervals import Estimate, nps, proportion, ratio
from insights.metrics.cells import Cells, places_of
from insights.metrics.chunks import Chunk, chunks
from insights.metrics.columns import Unit, amount, meets, needed
from insights.people import Audience
from insights.periods import Periods

PROMOTERS, DETRACTORS = 9, 6  # from, and up to, of 0 to 10
_SATISFIED: Final[Mapping[Scale, int]] = {"csat": 4, "ces": 5}  # from which answer on


@dataclass(frozen=True)
class Score:
    """A score of the answers that meet conditions; ``weight`` names the column that says how much each one counts."""

    name: str
    scale_of: Scale
    where: Where
    weight: str | None = None
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
    squares = np.bincount(cell, weights**2, cells)
    with np.errstate(invalid="ignore", divide="ignore"):
        effective = total**2 / squares
        if scale == "nps":
            promoters = np.bincount(cell, weights * (ratings >= PROMOTERS), cells) / total
            detractors = np.bincount(cell, weights * (ratings <= DETRACTORS), cells) / total
            return nps(promoters, detractors, n, effective=np.where(n > 0, effective, 0))
        if scale in _SATISFIED:
            satisfied = np.bincount(cell, weights * (ratings >= _SATISFIED[scale]), cells) / total
            return proportion(satisfied, n, effective=np.where(n > 0, effective, 0))
    top = np.bincount(cell, weights * ratings, cells)
    both = np.bincount(cell, weights**2 * ratings, cells)
    tops = np.bincount(cell, (weights * ratings) ** 2, cells)
    mean = ratio(top, total, top_squares=tops, products=both, bottom_squares=squares, n=n)
    return Estimate(mean.value, mean.low, mean.high, n)


def score_cells(
    audience: Audience, scores: Sequence[Score], periods: Periods, dimensions: Sequence[Dimension]
) -> Iterator[Cells]:
    """All cells of scores, some periods at a time."""
    kinds = sorted({kind for score in scores for kind in score.kinds})
    own = {name for score in scores for name in (*needed(score.where), *([score.weight] if score.weight else []))}
    columns = sorted(own | {name for dimension in dimensions for name in dimension.columns} | {"rating", "event_id"})
    for chunk in chunks(audience, periods, kinds, columns) if scores else ():
        for score in scores:
            answers = _answers(chunk, score)
            for dimension in (None, *(each for each in dimensions if each.is_of(score.kinds))):
                yield _cells(chunk, score, answers, dimension)


def _answers(chunk: Chunk, score: Score) -> pl.DataFrame:
    """``row, rating, weight`` of the answers, those of each customer in the order in which they came."""
    weight = pl.lit(1.0) if score.weight is None else amount(score.weight) / MULTIPLIERS.get(score.weight, 1)
    told = chunk.events.with_row_index("row").filter(meets(score.where), pl.col("rating").is_not_null())
    return told.sort("time", "event_id").select("row", "rating", weight=weight.fill_null(0).cast(pl.Float64))


def _cells(chunk: Chunk, score: Score, answers: pl.DataFrame, dimension: Dimension | None) -> Cells:
    rows = answers["row"].to_numpy().astype(np.int64)
    groups = 1 if dimension is None else len(dimension.labels)
    group = np.zeros(len(rows), np.int64) if dimension is None else places_of(dimension, chunk)[rows]
    told = answers.with_columns(cell=chunk.period[rows] * groups + group, customer=chunk.customer[rows])
    last = told.unique(["cell", "customer"], keep="last", maintain_order=True)
    shape = (chunk.periods, groups)
    ratings, weights, cell = (last[name].to_numpy() for name in ("rating", "weight", "cell"))
    estimate = scored(score.scale_of, ratings, weights, cell, chunk.periods * groups)
    customers = np.bincount(last["cell"].to_numpy(), minlength=chunk.periods * groups).reshape(shape)
    return Cells(score, dimension, chunk.first, estimate.reshape(shape), customers)
