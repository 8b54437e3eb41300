"""What is lost where customers leave a stage of their life: who fell silent in a month, beside those who stayed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import polars as pl

from features.language.formulas.stages import STAGES
from features.units import DAY
from insights.journeys.runs import RECORDS, Run, blocks
from insights.loss.histories import Vocabulary, brought, described
from insights.loss.steps import Seen, StepLoss, joined, loss_of
from insights.people import Audience
from insights.periods import Periods
from insights.stages.known import stages_at

VALUE: Final = 84 * DAY
_SILENT: Final = {"at risk", "lapsed"}
EXITS: Final[Mapping[str, frozenset[str]]] = {
    **{stage: frozenset(_SILENT) for stage in ("new", "active", "loyal", "returning")},
    "at risk": frozenset({"lapsed"}),
}
_MARK: Final = "month"  # the kind of what is put where a month begins and ends


def stage_losses(audience: Audience) -> Iterator[tuple[str, StepLoss]]:
    """The loss at each stage in the last month whose money is known, with that month: ``went`` are those who stayed.

    Who was in a stage when the month began, and at risk or lapsed when it ended, left it. Both are described as of its
    beginning, and their money counted for twelve weeks from its end. Nothing where no month is that old.
    """
    month = _month(audience)
    if month is None:
        return
    label, start, end = month
    moved = _moved(audience, start, end)
    vocabulary = Vocabulary.of(audience.events())
    parts = [_seen(events, moved, vocabulary, start, end) for events in blocks(audience.events())]
    for stage in EXITS:
        own = [part[stage] for part in parts if stage in part]
        if own:
            yield label, loss_of(stage, joined(own))


def _month(audience: Audience) -> tuple[str, int, int] | None:
    """The last month whose end lies long enough ago, as its name and the moments (µs) before it and at its end."""
    first = audience.events().select(pl.col("time").min()).collect().item()
    if first is None or first > audience.as_of - VALUE:
        return None
    months = Periods.of("month", first, audience.as_of, audience.settings.timezone)
    over = [place for place, end in enumerate(months.ends) if end + VALUE <= audience.as_of]
    if len(over) < 2:
        return None
    last = over[-1]
    return months.labels[last], int(months.ends[last - 1]), int(months.ends[last])


def _moved(audience: Audience, start: int, end: int) -> pl.DataFrame:
    """``customer_id``, the stage ``before``, and whether the customer ``left`` it."""
    known = stages_at(audience, [start, end]).drop_nans("stage")
    named = known.with_columns(stage=pl.Series(STAGES).gather(known["stage"].cast(pl.Int64)))
    before = named.filter(pl.col("as_of") == start).select("customer_id", before="stage")
    both = before.join(named.filter(pl.col("as_of") == end).select("customer_id", "stage"), on="customer_id")
    left = pl.any_horizontal(
        (pl.col("before") == stage) & pl.col("stage").is_in(list(after)) for stage, after in EXITS.items()
    )
    return both.filter(pl.col("before").is_in(list(EXITS))).select("customer_id", "before", left=left)


def _seen(events: pl.LazyFrame, moved: pl.DataFrame, vocabulary: Vocabulary, start: int, end: int) -> dict[str, Seen]:
    """By stage what was known of those who were in it, from some whole customers."""
    own = events.filter(~pl.col("kind").is_in(RECORDS), pl.col("time") <= end + VALUE)
    told = own.select("customer_id", "time", "event_id", "kind", "channel", "value").join(
        moved.lazy().select("customer_id"), on="customer_id", how="semi"
    )
    happened = told.collect(engine="streaming")
    people = happened.select("customer_id").unique()
    nothing = {name: pl.lit(None, happened.schema[name]) for name in ("channel", "value")}
    marks = [
        people.with_columns(time=pl.lit(moment, pl.Int64), event_id=pl.lit("~"), kind=pl.lit(_MARK), **nothing)
        for moment in (start, end)
    ]
    every = pl.concat([happened, *(mark.select(happened.columns) for mark in marks)])
    run = Run.of(every.sort("customer_id", "time", "event_id", maintain_order=True).drop("event_id"))
    rows = np.flatnonzero((run.columns["kind"] == _MARK).to_numpy())
    began, ended = rows[0::2], rows[1::2]
    x, y = described(run, began, vocabulary), brought(run, ended, VALUE)
    of_each = pl.DataFrame({"customer_id": run.customers}).join(
        moved, on="customer_id", how="left", maintain_order="left"
    )
    stayed, before = (~of_each["left"]).to_numpy().astype(np.bool_), of_each["before"].to_numpy()
    return {stage: Seen(x[before == stage], stayed[before == stage], y[before == stage]) for stage in EXITS}
