"""Features of all customers at a moment: from the build's profiles where they are of it, or computed."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from features.arrays import Mask
from features.lake import Lake
from features.language.feature import Feature
from features.privacy.gatekeeper import Pass
from features.profiles.fitted.feature_set import FeatureSet
from features.profiles.parquet_file import write_profiles
from insights.segments.columns.column import Column


@contextmanager
def profiles(
    lake: Lake, feature_set: FeatureSet, *, as_of: int, allowed: Pass, written: Path | None = None
) -> Iterator[pl.LazyFrame]:
    """Everybody's profile at a moment, of the ``allowed``; a file that is ``written`` already is that of a build."""
    if written is not None and written.is_file():
        yield allowed.over(pl.scan_parquet(written))
        return
    with tempfile.TemporaryDirectory(prefix="stamkund-") as folder:
        file = Path(folder) / "profiles.parquet"
        write_profiles(lake, feature_set, file, as_of=as_of, allowed=allowed)
        yield pl.scan_parquet(file) if file.exists() else pl.LazyFrame(schema=_schema(feature_set))


def needed(feature_set: FeatureSet, names: Collection[str]) -> FeatureSet:
    """The features of these names alone, with those that they are made of."""
    wanted, inputs = set[str](), set(names)
    while inputs - wanted:
        wanted |= inputs
        inputs = {name for feature in feature_set.features if feature.name in wanted for name in feature.inputs}
    return replace(feature_set, features=tuple(f for f in feature_set.features if f.name in wanted))


def feature_columns(
    frame: pl.LazyFrame, features: Collection[Feature], order: pl.Series, visible: Mask
) -> Iterator[tuple[str, Column]]:
    """By name the column of each feature, one read at a time; ``order`` sorts them, of all but the ``visible`` none."""
    for feature in features:
        values = frame.select(feature.name).collect().to_series().gather(order).to_numpy()
        values = np.where(visible, values, np.nan)
        if not feature.vocabulary:
            yield f"features.{feature.name}", Column.of_numbers(values)
            continue
        codes = np.where(np.isnan(values), -1, values).astype(np.int64)
        yield f"features.{feature.name}", Column.of_codes(codes, feature.vocabulary, "text")


def _schema(feature_set: FeatureSet) -> pl.Schema:
    return pl.Schema({
        "customer_id": pl.String(), "as_of": pl.Int64(), **dict.fromkeys(feature_set.names, pl.Float64()),
    })  # fmt: skip
