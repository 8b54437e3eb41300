"""In which stage of their life customers were known to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from features.profiles.fitted.feature_set import FeatureSet
from features.profiles.frames import profiles_at
from insights.people import Audience

_NOBODY: Final = pl.DataFrame(schema={"customer_id": pl.String, "as_of": pl.Int64, "stage": pl.Float64})


def stages_at(audience: Audience, moments: Sequence[int]) -> pl.DataFrame:
    """``customer_id, as_of, stage`` of everybody known at each moment (µs); a stage is its place among the names.

    The stages are those of the build's features; without a build there is nobody.
    """
    if not moments or not audience.settings.feature_set.exists():
        return _NOBODY
    fitted = FeatureSet.load(audience.settings.feature_set)
    if "stage" not in fitted.names:
        return _NOBODY
    told = profiles_at(audience.lake, replace(fitted, features=(fitted.feature("stage"),)), as_of=moments)
    return audience.over(told.select(_NOBODY.columns).lazy()).collect()
