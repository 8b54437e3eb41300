"""Dimensions of events in groups of one's own: channels, categories and campaigns together, and bands of amounts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

import numpy as np
import polars as pl

from features.config.sections.insights.dimensions import TEXTS, DimensionSettings
from features.language.conditions import unit_size
from insights.dimensions.dimension import Dimension

_PLAIN: Final = ("rating",)  # numbers that are kept as they are told


def regrouped(dimensions: Mapping[str, DimensionSettings], minor_units: int) -> list[Dimension]:
    """The declared dimensions that tell events apart."""
    return [_dimension(name, each, minor_units) for name, each in dimensions.items() if each.of_events]


def _dimension(name: str, settings: DimensionSettings, minor_units: int) -> Dimension:
    of = settings.of or ""
    if of in TEXTS:
        words = {str(value): group for group in settings.names for value in settings.values(group)}
        groups, regroup = (
            tuple(dict.fromkeys([*settings.names, settings.other])),
            partial(_of_words, words, settings.other),
        )
        return Dimension(name, TEXTS[of], groups, rest=False, of_customers=False, regroup=regroup)
    scale = 1 if of in _PLAIN else unit_size(of, minor_units)
    bounds = [float(bound) * scale for bound in settings.bands or []]
    banded = partial(_of_bounds, bounds, settings.names)
    return Dimension(name, of, settings.names, rest=False, of_customers=False, regroup=banded)


def _of_words(words: Mapping[str, str], other: str, column: pl.Series) -> pl.Series:
    """The group of each value.

    >>> _of_words({"ads": "paid"}, "other", pl.Series(["ads", "mail", None])).to_list()
    ['paid', 'other', None]
    """
    told = column.cast(pl.String).replace_strict(words, default=other, return_dtype=pl.String)
    return told.set(column.is_null(), None)


def _of_bounds(bounds: list[float], names: tuple[str, ...], column: pl.Series) -> pl.Series:
    """The band of each number, which holds its lower bound.

    >>> _of_bounds([100.0], ("< 1", "≥ 1"), pl.Series([99, 100, None])).to_list()
    ['< 1', '≥ 1', None]
    """
    place = np.searchsorted(np.array(bounds), column.fill_null(0).to_numpy(), side="right")
    return pl.Series(names, dtype=pl.String).gather(place).set(column.is_null(), None)
