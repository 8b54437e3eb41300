"""In which stage of their life customers were known to be, and which persona: as of many moments, worked out once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, cast

import polars as pl

from features.profiles.fitted.feature_set import FeatureSet
from features.profiles.frames import profiles_at
from insights.people import Audience
from insights.segments.columns.features import needed

FEATURES: Final = ("stage", "persona")
_NOBODY: Final = pl.DataFrame(schema={"customer_id": pl.String, "as_of": pl.Int64, "stage": pl.Float64})


def standing_features(audience: Audience, moments: Collection[int]) -> pl.DataFrame | None:
    """``customer_id, as_of`` and those of :data:`FEATURES` that the build has, of everybody known at each moment (µs).

    None without a build, or where it has neither. Moments that were asked for before are not worked out again.
    """
    if not moments or not audience.settings.feature_set.exists():
        return None
    fitted = FeatureSet.load(audience.settings.feature_set)
    own = [name for name in FEATURES if name in fitted.names]
    if not own:
        return None
    known = cast("pl.DataFrame | None", audience.kept.get("standing"))
    missing = sorted({*moments} - set(() if known is None else known["as_of"].unique()))
    if missing:
        told = profiles_at(audience.lake, needed(fitted, own), as_of=missing).select("customer_id", "as_of", *own)
        known = told if known is None else pl.concat([known, told])
        audience.kept["standing"] = known
    assert known is not None  # noqa: S101
    return known.filter(pl.col("as_of").is_in(sorted({*moments})))


def stages_at(audience: Audience, moments: Sequence[int]) -> pl.DataFrame:
    """``customer_id, as_of, stage`` of everybody known at each moment (µs); a stage is its place among the names.

    The stages are those of the build's features; without a build there is nobody.
    """
    told = standing_features(audience, moments)
    if told is None or "stage" not in told.columns:
        return _NOBODY
    return audience.over_then(told.select(_NOBODY.columns).lazy(), "as_of").collect().sort("as_of", "customer_id")
