"""From which state customers come to which: touchpoints that follow each other, and stages of a customer's life."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from features.arrays import Ints, Mask
from insights.intervals import Estimate, proportion
from insights.journeys.histories import Histories
from insights.journeys.runs import Run


def transitions(histories: Histories, state: Ints, states: int, when: Ints | None = None, periods: int = 1) -> Ints:
    """``[period, from, to]``: how often a state followed another of the same customer; ``when`` is that of the later.

    >>> transitions(Histories(np.array([3, 4]), np.array([1, 2, 3, 1])), np.array([0, 1, 1, 0]), 2)[0].tolist()
    [[0, 1], [0, 1]]
    """
    follows = np.ones(len(state), dtype=np.bool_)
    follows[np.concatenate([[0], histories.ends[:-1]])[: len(histories.ends)]] = False
    place = state[:-1] * states + state[1:]
    if when is not None:
        place = place + when[1:] * states * states
    counts = np.bincount(place[follows[1:]], minlength=periods * states * states)
    return counts.reshape(periods, states, states)


def kinds_in_turn(events: pl.LazyFrame) -> pl.DataFrame:
    """How often an event of one kind followed one of another: ``kind, next, count``, all that there are.

    ``events`` hold ``customer_id, time, event_id, kind``.

    >>> rows = {"customer_id": ["a"] * 3, "time": [1, 2, 3], "event_id": ["x", "y", "z"], "kind": ["view"] * 3}
    >>> kinds_in_turn(pl.LazyFrame(rows)).rows()
    [('view', 'view', 2)]
    """
    names = events.select(pl.col("kind").unique().sort()).collect(engine="streaming")["kind"]
    columns = events.select("customer_id", "time", "event_id", pl.col("kind").cast(pl.Enum(names))).collect()
    in_order = columns.sort("customer_id", "time", "event_id", maintain_order=True)
    run, codes = Run.of(in_order.drop("event_id")), in_order["kind"].to_physical().to_numpy().astype(np.int64)
    counts = transitions(run.histories, codes, len(names))[0]
    before, after = np.nonzero(counts)
    told = pl.DataFrame({"kind": names.gather(before), "next": names.gather(after), "count": counts[before, after]})
    return told.sort("kind", "next")


@dataclass(frozen=True)
class StageFlow:
    """How customers moved between stages: ``moves`` ``[period, from, to]``, and who was in which before, by ``rows``.

    A period is the time between two moments; ``rows`` hold ``customer_id``, ``period``, ``before`` and ``stage``.
    """

    stages: tuple[str, ...]
    moves: Ints
    rows: pl.DataFrame

    @property
    def rates(self) -> Estimate:
        """``[period, from, to]``: the share of those in a stage who were in another at the end of the period."""
        before = self.moves.sum(axis=2, keepdims=True)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(before > 0, self.moves / np.maximum(before, 1), np.nan)
        return proportion(share, np.broadcast_to(before, self.moves.shape))


def stage_flow(stages: pl.DataFrame, names: tuple[str, ...]) -> StageFlow:
    """The moves between stages, from the ``stage`` (its place among the names) of customers at several ``as_of``.

    Who has no stage yet at one moment moves into the first one at the next from nowhere, which is no move.

    >>> rows = {"customer_id": ["a", "a", "b"], "as_of": [1, 2, 2], "stage": [0.0, 1.0, 0.0]}
    >>> stage_flow(pl.DataFrame(rows), ("new", "lapsed")).moves.tolist()
    [[[0, 1], [0, 0]]]
    """
    rows = stages.select("customer_id", "stage", time="as_of").drop_nans("stage").sort("customer_id", "time")
    moments = stages["as_of"].unique().sort()
    period = moments.search_sorted(rows["time"]).to_numpy().astype(np.int64) - 1
    run, state = Run.of(rows), rows["stage"].to_numpy().astype(np.int64)
    before = np.append(-1, state[:-1])[: len(state)]
    moved: Mask = np.append(False, run.histories.customer[1:] == run.histories.customer[:-1])[: len(state)]
    moved &= np.append(-1, period[:-1])[: len(state)] == period - 1  # no moment without a stage lies between
    moves = np.bincount(
        (period * len(names) ** 2 + before * len(names) + state)[moved],
        minlength=max(len(moments) - 1, 0) * len(names) ** 2,
    ).reshape(-1, len(names), len(names))
    told = rows.select("customer_id", period=pl.Series(period), before=pl.Series(before), stage=pl.Series(state))
    return StageFlow(names, moves, told.filter(pl.Series(moved)))
