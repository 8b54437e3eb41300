"""What models last said of all customers by a moment."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import polars as pl

from features.privacy.gatekeeper import Pass
from features.scores.table import read_scores
from insights.segments.columns.column import Column


def score_columns(
    folder: Path, ids: pl.Series, models: Collection[str], *, as_of: int, allowed: Pass
) -> Iterator[tuple[str, Column]]:
    """By name the column of each model's scores in its last batch by a moment (µs); of campaigns the best one's."""
    rows = read_scores(folder, allowed=allowed).filter(pl.col("as_of") <= as_of, pl.col("model").is_in(list(models)))
    latest = pl.col("as_of") == pl.col("as_of").max().over("model")
    told = rows.filter(latest).filter(pl.col("version") == pl.col("version").max().over("model")).collect()
    best = told.group_by("model", "customer_id").agg(pl.col("value").max())
    for model in models:
        own = best.filter(pl.col("model") == model).select("customer_id", "value")
        aligned = pl.DataFrame({"customer_id": ids}).join(own, on="customer_id", how="left", maintain_order="left")
        yield f"scores.{model}", Column.of_numbers(aligned["value"].fill_null(float("nan")).to_numpy())
