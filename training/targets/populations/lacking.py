"""What a lake lacks of the events that a target is about, by name."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from features.errors import StamkundError
from features.lake import Lake
from training.targets.frame.target import Target


def absent_kinds(target: Target, kinds: Sequence[str]) -> list[str]:
    """The kinds that the target needs and that are not among these."""
    return [kind for kind in target.event_kinds if kind not in kinds]


def unknown_word(target: Target, lake: Lake) -> str | None:
    """What no event of the target's kind holds, with the nearest word that some hold; None where all is there."""
    events = lake.scan("events").filter(pl.col("kind") == target.event)
    for column, word in target.event_words.items():
        words = events.select(pl.col(column).drop_nulls().unique()).collect(engine="streaming")[column].to_list()
        if word not in words:
            return str(StamkundError.unknown("unknown_word", f"{column} of '{target.event}'", word, words))
    return None
