"""The tables of stages: how many moved from which stage to which in a month, and every customer behind that."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa

from features.language.formulas.stages import STAGES
from insights.journeys.transitions import StageFlow, stage_flow
from insights.people import Audience
from insights.periods import Periods
from insights.stages.known import stages_at
from insights.tables import Draft

LEAST: Final = 5  # customers: with fewer behind it a figure is not told
MOVES: Final = pa.schema([
    ("period", pa.string()), ("before", pa.string()), ("stage", pa.string()), ("customers", pa.int64()),
    ("of", pa.int64()), ("share", pa.float64()), ("low", pa.float64()), ("high", pa.float64()),
    ("suppressed", pa.bool_()),
])  # fmt: skip
PEOPLE: Final = pa.schema([(name, pa.string()) for name in ("period", "before", "stage", "customer_id")])


def write_stages(audience: Audience, draft: Draft) -> None:
    """Write ``stage_moves`` (a row for each month, stage and next stage of anybody) and ``stage_people``."""
    first = audience.events().select(pl.col("time").min()).collect().item()
    months = Periods.of("month", audience.as_of if first is None else first, audience.as_of,
                        audience.settings.timezone)  # fmt: skip
    over = [int(end) for end in months.ends if end <= audience.as_of]
    stages = stages_at(audience, over)
    labels = dict(zip(over, months.labels, strict=False))
    # The first month of anybody is where those of the second come from.
    names = [labels[moment] for moment in stages["as_of"].unique().sort()][1:]
    flow = stage_flow(stages, STAGES)
    draft.write("stage_moves", _moves(flow, names))
    draft.write("stage_people", _people(flow, names))


def _moves(flow: StageFlow, names: list[str]) -> pa.Table:
    period, before, stage = np.nonzero(flow.moves)
    counts, rates = flow.moves[period, before, stage], flow.rates
    hidden = counts < LEAST
    stages = np.array(flow.stages, dtype=object)
    told = {
        "period": [names[place] for place in period], "before": stages[before], "stage": stages[stage],
        "customers": pa.array(counts, mask=hidden),
        "of": pa.array(rates.n[period, before, stage], pa.int64(), mask=hidden),
        **{key: pa.array(part[period, before, stage], mask=hidden)
           for key, part in (("share", rates.value), ("low", rates.low), ("high", rates.high))},
        "suppressed": hidden,
    }  # fmt: skip
    return pa.table(told, schema=MOVES)


def _people(flow: StageFlow, names: list[str]) -> pa.Table:
    stages = pl.Series(flow.stages, dtype=pl.String)
    rows = flow.rows.sort("period", "before", "stage", "customer_id")
    told = rows.select(
        "customer_id",
        period=pl.Series(names, dtype=pl.String).gather(rows["period"]),
        before=stages.gather(rows["before"]),
        stage=stages.gather(rows["stage"]),
    )
    return told.select(PEOPLE.names).to_arrow().cast(PEOPLE)
