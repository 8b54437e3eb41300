"""How all customers fared in journeys by a moment, a column a name that rules ask by."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import polars as pl

from features.arrays import Mask
from features.config.sections.insights.journeys import OUTCOMES
from insights.journeys.journey import Journey
from insights.journeys.outcomes import Outcomes
from insights.journeys.reach import reach
from insights.journeys.runs import blocks, run_of
from insights.segments.columns.column import Column


def journey_columns(
    events: pl.LazyFrame, journeys: Collection[Journey], ids: pl.Series, visible: Mask, *, as_of: int
) -> Iterator[tuple[str, Column]]:
    """By name the columns of each step, of the customers of ``ids``, in order; of all but the ``visible`` none."""
    for journey in journeys:
        found = outcomes_at(events, journey, ids, as_of=as_of)
        for step, name in enumerate(journey.names):
            code = np.where(visible, found.code[step], -1)
            days = np.where(visible, found.days_since(step, as_of=as_of), np.nan)
            yield f"journeys.{journey.name}.{name}", Column.of_codes(code, OUTCOMES, "text")
            yield f"journeys.{journey.name}.days_since_{name}", Column.of_numbers(days)


def outcomes_at(events: pl.LazyFrame, journey: Journey, ids: pl.Series, *, as_of: int) -> Outcomes:
    """The outcomes of the customers of ``ids``, in order, from events that are known at a moment (µs)."""
    whole = Outcomes.none(len(journey.steps), len(ids))
    places = pl.DataFrame({"customer_id": ids, "place": np.arange(len(ids))})
    for part in blocks(events):
        run = run_of(part, journey)
        if not len(run.customers):
            continue
        reached = reach(run.histories, run.steps(journey), run.unless(journey), journey.rules)
        found = Outcomes.of(run.histories, reached, journey.rules, as_of=as_of)
        own = pl.DataFrame({"customer_id": run.customers}).join(
            places, on="customer_id", how="left", maintain_order="left"
        )
        known = own["place"].is_not_null().to_numpy()
        at = own["place"].drop_nulls().to_numpy()
        whole.code[:, at], whole.time[:, at] = found.code[:, known], found.time[:, known]
    return whole
