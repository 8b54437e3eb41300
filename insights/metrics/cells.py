"""The cells of metrics that take events: one for each period, and group of each dimension."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Final, Protocol

import numpy as np
import polars as pl

from features.arrays import Floats, Ints, Mask
from features.config.sections.insights.metrics import Target
from insights.dimensions.dimension import Dimension
from insights.intervals import Estimate, ratio, total
from insights.metrics.chunks import Chunk, chunks
from insights.metrics.definitions.columns import Unit, amount, meets, needed, sources
from insights.metrics.definitions.formula import Formula
from insights.metrics.definitions.metric import Measure, Metric
from insights.metrics.sums import Rows, Sums, sums
from insights.people import Audience
from insights.periods import Periods

CUSTOMER = "customer"


class Told(Protocol):
    """What all metrics have in common, whatever they are computed from."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def text(self) -> str | None:
        """What it is in words, where those are its own."""

    @property
    def unit(self) -> Unit:
        """What its figures are told in."""

    @property
    def target(self) -> Target:
        """What it should reach, from which months on."""

    @property
    def higher_is_better(self) -> bool:
        """In which direction."""

    @property
    def kinds(self) -> set[str]:
        """The kinds of events that it looks at."""


@dataclass(frozen=True)
class Weighting:
    """What weights did to the figures ``[period, group]``; where they are ``refused`` there is none with weights."""

    unweighted: Floats
    effective: Floats  # how many answers without weights would be as sure (Kish)
    unheard: Floats  # the share of those asked of whose kind nobody answered
    refused: Mask


@dataclass(frozen=True)
class Cells:
    """A metric's estimate ``[period, group]`` by a dimension (None: of all); ``customers`` are how many are behind."""

    metric: Told
    dimension: Dimension | None
    first: int
    estimate: Estimate
    customers: Ints
    weighting: Weighting | None = None


Summed = Metric | Formula
_ANY: Final = Measure(CUSTOMER, ())  # who has any of the events that are looked at


def cells(
    audience: Audience, metrics: Sequence[Summed], periods: Periods, dimensions: Sequence[Dimension]
) -> Iterator[Cells]:
    """All cells, some periods at a time."""
    kinds = sorted({kind for metric in metrics for kind in metric.kinds})
    for chunk in chunks(audience, periods, kinds, _columns(metrics, dimensions)) if metrics else ():
        places = {dimension.name: places_of(dimension, chunk) for dimension in dimensions}
        for alike in _by_rows(metrics):
            yield from _of_alike(chunk, alike, dimensions, places)


def _of_alike(
    chunk: Chunk, metrics: Sequence[Summed], dimensions: Sequence[Dimension], places: Mapping[str, Ints]
) -> Iterator[Cells]:
    """The cells of metrics that look at the same events."""
    measures = list(dict.fromkeys(each for metric in metrics for each in _measures(metric)))
    keep = pl.any_horizontal(meets(where) for where in {each.where: None for each in measures if each != _ANY})
    rows = chunk.events.select(keep.arg_true()).to_series().to_numpy().astype(np.int64)
    runs = Rows.of(chunk.period[rows], chunk.customer[rows])
    ends = pl.Series("end", chunk.ends[chunk.period])
    told = chunk.events.with_columns(ends).select(_column(*each) for each in enumerate(measures))
    columns = [column.to_numpy()[rows] for column in told]
    numbers = {measure: place for place, measure in enumerate(measures)}
    once = {place for measure, place in numbers.items() if measure.column == CUSTOMER}
    pairs = {pair for metric in metrics for pair in _pairs(metric, numbers)}
    kinds = {kind for metric in metrics for kind in metric.kinds}
    for dimension in (None, *(each for each in dimensions if each.is_of(kinds))):
        group = np.zeros(len(rows), np.int64) if dimension is None else places[dimension.name][rows]
        groups = 1 if dimension is None else len(dimension.labels)
        found = sums(runs, group, columns, sorted(pairs), once=once, periods=chunk.periods, groups=groups)
        for metric in metrics:
            estimate, customers = _estimate(metric, found, numbers)
            shape = (chunk.periods, groups)
            yield Cells(metric, dimension, chunk.first, estimate.reshape(shape), customers.reshape(shape))


def places_of(dimension: Dimension, chunk: Chunk) -> Ints:
    """The place of each event's group among the labels of a dimension."""
    if dimension.standing is not None:
        groups, place = chunk.standing(dimension.standing)
        return dimension.places(pl.DataFrame({dimension.column: groups}))[place]
    if not dimension.of_customers:
        return dimension.places(chunk.events, chunk.ends[chunk.period])
    known, place = chunk.attributes
    return dimension.places(known)[place]


def _measures(metric: Summed) -> Iterator[Measure]:
    """What is added up for a metric: with who is behind it."""
    for measure in metric.measures:
        yield from (measure, Measure(CUSTOMER, measure.where))
    if isinstance(metric, Formula):
        yield _ANY


def _column(place: int, measure: Measure) -> pl.Expr:
    """A measure's whole number of each event: 0 where the event is none of its."""
    column = pl.lit(1, pl.Int64) if measure.column == CUSTOMER else amount(measure.column)
    number = column.is_not_null().cast(pl.Int64) if measure.known and measure.column != "orders" else column
    now = True if measure.within is None else pl.col("time") > pl.col("end") - measure.within
    return pl.when(meets(measure.where) & now).then(number).otherwise(0).fill_null(0).alias(str(place))


def _pairs(metric: Summed, numbers: Mapping[Measure, int]) -> Iterator[tuple[int, int]]:
    return combinations_with_replacement([numbers[measure] for measure in metric.measures], 2)


def _estimate(metric: Summed, found: Sums, numbers: Mapping[Measure, int]) -> tuple[Estimate, Ints]:
    """A metric's estimates in its unit, and how many customers are behind each."""
    if isinstance(metric, Formula):
        return _of_formula(metric, found, numbers)
    base = metric.bottom or metric.top
    customers = found.totals[:, numbers[Measure(CUSTOMER, base.where)]].astype(np.int64)
    top, totals, products = numbers[metric.top], found.totals, found.products
    if metric.bottom is None:
        told = total(totals[:, top], products[:, top, top], customers)
    else:
        bottom = numbers[metric.bottom]
        told = ratio(
            totals[:, top], totals[:, bottom], top_squares=products[:, top, top], products=products[:, top, bottom],
            bottom_squares=products[:, bottom, bottom], n=customers,
        )  # fmt: skip
    return told * (1 / metric.scale), customers


def _of_formula(formula: Formula, found: Sums, numbers: Mapping[Measure, int]) -> tuple[Estimate, Ints]:
    places = [numbers[measure] for measure in formula.measures]
    customers = found.totals[:, numbers[_ANY]].astype(np.int64)
    products = [[found.products[:, one, other] for other in places] for one in places]
    return formula.estimate([found.totals[:, place] for place in places], products, customers), customers


def _by_rows(metrics: Sequence[Summed]) -> list[list[Summed]]:
    """The metrics that look at the same events, together."""
    alike: dict[object, list[Summed]] = {}
    for metric in metrics:
        alike.setdefault(frozenset(measure.where for measure in metric.measures), []).append(metric)
    return list(alike.values())


def _columns(metrics: Sequence[Summed], dimensions: Sequence[Dimension]) -> list[str]:
    measures = [each for metric in metrics for each in metric.measures]
    own = {name for each in measures for name in (*sources(each.column), *needed(each.where))}
    return sorted(own | {name for dimension in dimensions for name in dimension.columns})
