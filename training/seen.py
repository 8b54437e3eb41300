"""Which models had seen a person: computed from the moments that each model was trained from, kept in no list."""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from pathlib import Path

import polars as pl

from features.config.settings import Settings
from features.lake import Lake
from training.dataset import history_start, training_rows
from training.registry.versions import listing
from training.targets import targets_of


def models_that_saw(settings: Settings, fragments: Collection[str]) -> dict[str, list[int]]:
    """By model the versions, the oldest first, that learnt from events of these fragments, if all were allowed.

    Somebody is in the population of a target by their own events alone, so a lake of nothing else tells it.
    """
    lake, versions = Lake(settings.lake), listing(settings)
    own = (
        lake.scan("events").filter(pl.col("fragment").is_in(list(fragments))).collect() if versions else pl.DataFrame()
    )
    seen: dict[str, list[int]] = {}
    if own.is_empty():
        return seen
    targets, starts = targets_of(settings), dict[int, int]()
    with tempfile.TemporaryDirectory(prefix=".seen-", dir=settings.home) as folder:
        alone = Lake(Path(folder))
        alone.write({"events": own, "offers": lake.scan("offers").collect(), "items": lake.scan("items").collect()})
        for entry in reversed(versions):
            first = starts.setdefault(entry.as_of, history_start(lake, as_of=entry.as_of))
            rows = training_rows(alone, targets[entry.name], first=first, as_of=entry.as_of)
            if rows["y"].count():
                seen.setdefault(entry.name, []).append(entry.version)
    return seen
