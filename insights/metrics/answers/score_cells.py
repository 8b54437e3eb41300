"""The cells of scores: of each customer the latest answer in a period counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from features.events.columns import MULTIPLIERS
from insights.dimensions.dimension import Dimension
from insights.intervals import LEAST_EFFECTIVE, Estimate
from insights.metrics.answers.asked import profile_weights
from insights.metrics.answers.scores import Score, effective_sizes, scored
from insights.metrics.cells import Cells, Weighting, places_of
from insights.metrics.chunks import Chunk, chunks
from insights.metrics.definitions.columns import amount, meets, needed
from insights.people import Audience
from insights.periods import Periods


def score_cells(
    audience: Audience, scores: Sequence[Score], periods: Periods, dimensions: Sequence[Dimension]
) -> Iterator[Cells]:
    """All cells of scores, some periods at a time."""
    kinds = sorted({kind for score in scores for kind in score.kinds})
    own = {name for score in scores for name in (*needed(score.where), *_columns(score))}
    columns = sorted(own | {name for dimension in dimensions for name in dimension.columns} | {"rating", "event_id"})
    weights = {
        score.where: profile_weights(audience, score.where, periods) for score in scores if score.weight == "profile"
    }
    for chunk in chunks(audience, periods, kinds, columns) if scores else ():
        for score in scores:
            answers = _answers(chunk, score, weights.get(score.where))
            for dimension in (None, *(each for each in dimensions if each.is_of(score.kinds))):
                yield _cells(chunk, score, answers, dimension)


def _columns(score: Score) -> tuple[str, ...]:
    """The column that weights are read from."""
    return ("quantity",) if score.weight == "quantity" else ()


def _answers(chunk: Chunk, score: Score, weights: pl.DataFrame | None) -> pl.DataFrame:
    """``row, customer_id, period, rating, weight, unheard`` of the answers, in order of time."""
    of_survey = amount("quantity").fill_null(0) / MULTIPLIERS["quantity"] if _columns(score) else pl.lit(1.0)
    told = chunk.events.with_row_index("row").filter(meets(score.where), pl.col("rating").is_not_null())
    answers = told.sort("time", "event_id").select("row", "rating", weight=of_survey.cast(pl.Float64))
    rows = answers["row"]
    who = chunk.customers.gather(chunk.customer[rows]).alias("customer_id")
    nothing = pl.lit(np.nan).alias("unheard")
    answers = answers.with_columns(who, nothing, period=chunk.first + chunk.period[rows])
    if score.weight != "profile" or weights is None:
        return answers
    own = answers.drop("weight", "unheard")
    return own.join(weights, on=["customer_id", "period"], how="left", maintain_order="left")


def _cells(chunk: Chunk, score: Score, answers: pl.DataFrame, dimension: Dimension | None) -> Cells:
    rows = answers["row"].to_numpy().astype(np.int64)
    groups = 1 if dimension is None else len(dimension.labels)
    group = np.zeros(len(rows), np.int64) if dimension is None else places_of(dimension, chunk)[rows]
    told = answers.with_columns(cell=chunk.period[rows] * groups + group)
    last = told.unique(["cell", "customer_id"], keep="last", maintain_order=True)
    shape, size = (chunk.periods, groups), chunk.periods * groups
    ratings, weights, cell = (last[name].to_numpy() for name in ("rating", "weight", "cell"))
    estimate, customers = scored(score.scale_of, ratings, weights, cell, size), np.bincount(cell, minlength=size)
    if score.weight is None:
        return Cells(score, dimension, chunk.first, estimate.reshape(shape), customers.reshape(shape))
    effective = effective_sizes(weights, cell, size)
    refused = (customers > 0) & ~(effective >= LEAST_EFFECTIVE * customers) & (score.weight == "profile")
    value, low, high = (np.where(refused, np.nan, part) for part in (estimate.value, estimate.low, estimate.high))
    plain = scored(score.scale_of, ratings, np.ones(len(cell)), cell, size).value
    unheard = np.full(size, np.nan)
    if dimension is None:
        unheard[cell] = last["unheard"].to_numpy()
    weighting = Weighting(
        plain.reshape(shape), effective.reshape(shape), unheard.reshape(shape), refused.reshape(shape)
    )
    known = Estimate(value, low, high, customers).reshape(shape)
    return Cells(score, dimension, chunk.first, known, customers.reshape(shape), weighting)
