"""From frames of events to arrays: whole customers in order, and which of their events are which step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from typing import Final

import numpy as np
import polars as pl

from features.arrays import Ints, Mask
from features.events.columns import TEXTS
from features.language.terms import HIGHEST, LOWEST, Condition, Where
from insights.journeys.histories import Histories
from insights.journeys.journey import Journey

BLOCK: Final = 10_000_000  # events at a time
ENDS: Final = "ends"
RECORDS: Final = ("decision", "identify")  # what was noted, but did not happen to a customer


@dataclass(frozen=True)
class Run:
    """Events of whole customers: their ``customers`` in order, their ``histories``, and ``columns`` of each row."""

    customers: pl.Series
    histories: Histories
    columns: pl.DataFrame

    @classmethod
    def of(cls, events: pl.DataFrame) -> Run:
        """From rows sorted by ``customer_id, time``; refused where they are not.

        >>> rows = {"customer_id": ["a", "a", "b"], "time": [1, 2, 1], "kind": ["view", "order", "view"]}
        >>> Run.of(pl.DataFrame(rows)).customers.to_list()
        ['a', 'b']
        """
        codes = events["customer_id"].rle_id().to_numpy().astype(np.int64)
        histories = Histories.of(codes, events["time"].to_numpy())
        return cls(events["customer_id"].gather(histories.ends - 1), histories, events.drop("customer_id", "time"))

    def steps(self, journey: Journey) -> list[Mask]:
        """Of each step, which rows are one."""
        return [self.columns[name].to_numpy() for name in step_columns(journey)]

    def unless(self) -> Mask | None:
        """Which rows end an entry; None without such a condition."""
        return self.columns[ENDS].to_numpy() if ENDS in self.columns.columns else None


def step_columns(journey: Journey) -> list[str]:
    """The names of the columns that say whether an event is a step."""
    return [f"step_{place}" for place in range(len(journey.steps))]


def marked(events: pl.LazyFrame, journey: Journey, beside: Sequence[str] = ()) -> pl.LazyFrame:
    """``customer_id, time`` of events, whether each is a step or ends an entry, and the columns ``beside``; sorted.

    Without columns beside, only what the journey looks at. Lines of one order are one event where it matters how many
    there are. Where it matters in which order events of one moment come, it is that of their ``event_id``.
    """
    every_kind = bool(beside) or journey.rules.order == "strict"
    of_kinds = pl.col("kind").is_in(RECORDS).not_() if every_kind else pl.col("kind").is_in(journey.kinds)
    marks = {name: meets(where) for name, where in zip(step_columns(journey), journey.steps, strict=True)}
    if journey.unless:
        marks[ENDS] = reduce(lambda a, b: a | b, map(meets, journey.unless))
    told = ["event_id"] if every_kind else []
    known = events.filter(of_kinds, pl.col("customer_id").is_not_null())
    one_event = ["kind", "order_id"] if journey.by == "every" or journey.rules.order != "loose" else []
    columns = list(dict.fromkeys(["customer_id", "time", *told, *one_event, *beside]))
    rows = known.select(*columns, **marks)
    if one_event:
        rows = _without_lines(rows, list(marks), columns)
    return rows.sort("customer_id", "time", *told, maintain_order=True).drop(
        name for name in (*told, *one_event) if name not in beside
    )


def _without_lines(rows: pl.LazyFrame, marks: Sequence[str], columns: Sequence[str]) -> pl.LazyFrame:
    """Rows of one order at one moment as one, which is a step if any of them is."""
    keys = ["customer_id", "time", "kind", "order_id"]
    others = [pl.col(name).first() for name in columns if name not in keys]
    of_orders = rows.filter(pl.col("order_id").is_not_null())
    whole = of_orders.group_by(keys, maintain_order=True).agg(*others, *(pl.col(name).any() for name in marks))
    alone = rows.filter(pl.col("order_id").is_null())
    return pl.concat([alone, whole.select(alone.collect_schema().names())])


def blocks(events: pl.LazyFrame, size: int = BLOCK) -> Iterator[pl.LazyFrame]:
    """The events in parts of whole customers, of about so many events each."""
    if events.select(pl.len()).collect(engine="streaming").item() <= size:
        yield events
        return
    counts = events.group_by("customer_id").len().sort("customer_id").collect(engine="streaming")
    part = (counts["len"].cast(pl.Int64).cum_sum() - 1) // size
    starts = [*counts["customer_id"].filter(part.rle_id() != part.rle_id().shift(1)), None]
    for start, end in pairwise([None, *starts]):
        low = pl.lit(value=True) if start is None else pl.col("customer_id") >= start
        yield events.filter(low, pl.lit(value=True) if end is None else pl.col("customer_id") < end)


def meets(where: Where) -> pl.Expr:
    """Whether an event meets all conditions."""
    return reduce(lambda a, b: a & b, (_meets(condition) for condition in where)).fill_null(value=False)


def _meets(condition: Condition) -> pl.Expr:
    column = pl.col(condition.column)
    if condition.column in TEXTS:
        single = condition.single_value
        among = column == single if single is not None else column.is_in(list(condition.values))
        return ~among if condition.negated else among
    within = column.is_not_null()
    if condition.low > LOWEST:
        within &= column >= condition.low
    return within & (column < condition.high) if condition.high < HIGHEST else within


def places(texts: pl.Series) -> tuple[Ints, list[str]]:
    """Each text as its place among all of them, sorted; null as −1."""
    words = texts.drop_nulls().unique().sort()
    codes = texts.replace_strict(words, np.arange(len(words)), default=-1, return_dtype=pl.Int64)
    return codes.to_numpy(), words.to_list()
