"""What declared metrics ask for and no event has, as a slip of the pen does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

import polars as pl

from features.config.sections.insights.metrics import MetricSettings
from features.language.conditions import conditions
from features.language.terms import Condition
from insights.metrics.courses.course import FIRST
from insights.people import Audience

Stranger = dict[str, str | None]


def strangers(audience: Audience) -> dict[str, list[Stranger]]:
    """By metric the columns and texts (``name, text``) that no event has, with the nearest one that some event has."""
    asked = {name: list(_texts(settings)) for name, settings in audience.settings.metrics.items()}
    columns = {column for each in asked.values() for column, _ in each}
    held = {column: _held(audience, column) for column in columns}
    return {
        name: [
            {"name": column, "text": text, "near": next(iter(get_close_matches(text, held[column], n=1)), None)}
            for column, text in each
            if text not in held[column]
        ]
        for name, each in asked.items()
    }


def _held(audience: Audience, column: str) -> Sequence[str]:
    events = audience.lake.scan("events")
    if column not in events.collect_schema().names():
        return []
    return (
        events.select(pl.col(column).cast(pl.String).unique())
        .collect(engine="streaming")[column]
        .drop_nulls()
        .to_list()
    )


def _texts(settings: MetricSettings) -> Iterator[tuple[str, str]]:
    """The columns of events, and the texts that a metric asks for there."""
    tests: list[Condition] = [*conditions(settings.where, minor_units=2)]
    kinds = [*settings.kinds, *([settings.then] if settings.then else [])]
    kinds += [settings.after.removeprefix(FIRST)] if settings.after else []
    if settings.over is not None:
        tests += conditions(settings.over.where or {}, minor_units=2)
        kinds += MetricSettings(take="count", kind=settings.over.kind).kinds if settings.over.kind else ()
    yield from (("kind", kind) for kind in dict.fromkeys(kinds))
    yield from ((test.column, value) for test in tests for value in test.values if isinstance(value, str))
    if settings.touchpoint is not None:
        yield "category", settings.touchpoint
