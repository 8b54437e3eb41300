# ruff: noqa: S608  (the queries are made of constants of this file)
"""A funnel and the transitions between kinds of 5 million events, from the lake: the product, and queries by hand."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import duckdb

from benchmarks.company import synthetic
from features.config.sections.insights.journeys import JourneySettings
from features.identity.people import customer_events_at
from features.units import DAY
from insights.journeys.funnel import tally
from insights.journeys.journey import Journey
from insights.journeys.transitions import kinds_in_turn

EVENTS: Final = 5_000_000
ROUNDS: Final = 3
STEPS: Final = ("visit", "view", "cart", "order")
WITHIN: Final = 7 * DAY
AS_OF: Final = synthetic.END + 365 * DAY  # everything is over


def measure() -> dict[str, float]:
    """``funnel_asof_ratio``, ``funnel_window_ratio`` and ``transitions_ratio``; all results are found equal."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        lake = synthetic.write(Path(folder), EVENTS, seed=1)
        connection.execute("SET enable_progress_bar = false")
        files = [str(file) for file in lake.files("events")]
        journey = Journey.of("j", JourneySettings.model_validate({"steps": [*STEPS], "within": "7d"}), minor_units=2)

        def ours() -> list[int]:
            counts: list[int] = tally(customer_events_at(lake, as_of=AS_OF), journey, as_of=AS_OF).reached[0].tolist()
            return counts

        def query(text: str) -> Callable[[], list[tuple[int | str, ...]]]:
            return lambda: connection.execute(text.format(files=files)).fetchall()

        funnel, by_asof, by_window = _fastest(ours, query(_asof()), query(_windows()))
        assert funnel.result == [*by_asof.result[0]] == [*by_window.result[0]]
        turns, by_lead = _fastest(lambda: kinds_in_turn(customer_events_at(lake, as_of=AS_OF)), query(_LEAD))
        assert turns.result.rows() == by_lead.result
    return {
        "funnel_asof_ratio": round(funnel.seconds / by_asof.seconds, 3),
        "funnel_window_ratio": round(funnel.seconds / by_window.seconds, 3),
        "transitions_ratio": round(turns.seconds / by_lead.seconds, 3),
    }


class _Timed:
    def __init__(self, run: Callable[[], object]) -> None:
        self._run, self.seconds = run, float("inf")
        self.result: Any = None

    def once(self) -> None:
        start = time.perf_counter()
        self.result = self._run()
        self.seconds = min(self.seconds, time.perf_counter() - start)


def _fastest(*runs: Callable[[], object]) -> list[_Timed]:
    """They take turns, and of each the fastest counts."""
    timed = [_Timed(run) for run in runs]
    for _ in range(ROUNDS):
        for each in timed:
            each.once()
    return timed


_EVENTS = f"SELECT fragment AS c, time AS t, kind AS k FROM read_parquet({{files}}) WHERE kind IN {STEPS}"
_LEAD = """
    SELECT k, next, count(*) FROM (
        SELECT kind AS k, lead(kind) OVER (PARTITION BY fragment ORDER BY time, event_id) AS next
        FROM read_parquet({files})
    ) WHERE next IS NOT NULL GROUP BY ALL ORDER BY k, next
"""


def _asof() -> str:
    """The latest start that leads to each event of a step, by an ASOF join with those of the step before."""
    parts = [f"e AS MATERIALIZED ({_EVENTS})", f"s0 AS (SELECT c, t, t AS s FROM e WHERE k = '{STEPS[0]}')"]
    parts += [
        f"s{i} AS (SELECT c, t, max(s) AS s FROM (SELECT e.c, e.t, p.s FROM e ASOF JOIN s{i - 1} p "
        f"ON e.c = p.c AND e.t >= p.t WHERE e.k = '{step}' AND e.t - p.s <= {WITHIN}) GROUP BY c, t)"
        for i, step in enumerate(STEPS[1:], 1)
    ]
    counts = ", ".join(f"(SELECT count(DISTINCT c) FROM s{i})" for i in range(len(STEPS)))
    return f"WITH {', '.join(parts)} SELECT {counts}"


def _windows() -> str:
    """The same by a running maximum a step."""
    over = "OVER (PARTITION BY c ORDER BY t RANGE UNBOUNDED PRECEDING)"
    parts = [f"w0 AS (SELECT *, max(CASE WHEN k = '{STEPS[0]}' THEN t END) {over} AS s0 FROM ({_EVENTS}))"]
    parts += [
        f"w{i} AS (SELECT *, max(CASE WHEN k = '{step}' AND t - s{i - 1} <= {WITHIN} THEN s{i - 1} END) {over} AS s{i} "
        f"FROM w{i - 1})"
        for i, step in enumerate(STEPS[1:], 1)
    ]
    counts = ", ".join(f"count(DISTINCT c) FILTER (s{i} IS NOT NULL)" for i in range(len(STEPS)))
    return f"WITH {', '.join(parts)} SELECT {counts} FROM w{len(STEPS) - 1}"
