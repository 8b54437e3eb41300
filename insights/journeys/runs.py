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
WORD: Final = 62  # bits in a number
RECORDS: Final = ("decision", "holdout", "identify")  # what was noted, but did not happen to a customer


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
        return [self._meets(place) for place in range(len(journey.steps))]

    def unless(self, journey: Journey) -> Mask | None:
        """Which rows end an entry; None without such a condition."""
        return self._meets(len(journey.steps)) if journey.unless else None

    def _meets(self, place: int) -> Mask:
        word, bit = divmod(place, WORD)
        return (self.columns[f"marks_{word}"].to_numpy() & (1 << bit)) > 0


def _marks(journey: Journey) -> dict[str, pl.Expr]:
    """Of each event a bit for each step, and one more for whether it ends an entry: sorting few columns is fast."""
    bits = [meets(where) for where in journey.steps]
    if journey.unless:
        bits.append(reduce(lambda a, b: a | b, map(meets, journey.unless)))
    words = [bits[start : start + WORD] for start in range(0, len(bits), WORD)]
    return {f"marks_{place}": _packed(word) for place, word in enumerate(words)}


def _packed(bits: Sequence[pl.Expr]) -> pl.Expr:
    return pl.sum_horizontal(bit.cast(pl.Int64) * (1 << place) for place, bit in enumerate(bits))


def run_of(events: pl.LazyFrame, journey: Journey, beside: Sequence[str] = (), *, whole_orders: bool = False) -> Run:
    """The events that a journey looks at, of whole customers, in any order; with columns ``beside``, all of them.

    With ``whole_orders`` the lines of an order are one event, also where it does not matter to the journey.
    """
    rows = _marked(events, journey, beside, whole_orders=whole_orders).collect()
    by = [name for name in ("customer_id", "time", "event_id") if name in rows.columns]
    return Run.of(rows if _in_order(rows, by) else rows.sort(by, maintain_order=True))


def _in_order(rows: pl.DataFrame, by: Sequence[str]) -> bool:
    """Whether rows are sorted already, as a lake keeps them where nobody was joined: to look costs less than to sort.

    >>> _in_order(pl.DataFrame({"customer_id": ["a", "a", "b"], "time": [1, 2, 1]}), ["customer_id", "time"])
    True
    """
    ordered = pl.lit(value=True)
    for column in map(pl.col, reversed(by)):
        ordered = (column > column.shift()) | ((column == column.shift()) & ordered)
    return bool(rows.select(ordered.all()).item())


def _marked(events: pl.LazyFrame, journey: Journey, beside: Sequence[str], *, whole_orders: bool) -> pl.LazyFrame:
    """``customer_id, time`` of events, which steps each is and whether it ends an entry, and the columns ``beside``.

    Without columns beside, only what the journey looks at. Lines of one order are one event where it matters how many
    there are. Where it matters in which order events of one moment come, it is that of their ``event_id``.
    """
    every_kind = bool(beside) or journey.rules.order == "strict"
    of_kinds = pl.col("kind").is_in(RECORDS).not_() if every_kind else pl.col("kind").is_in(journey.kinds)
    marks = _marks(journey)
    told = ["event_id"] if every_kind else []
    known = events.filter(of_kinds, pl.col("customer_id").is_not_null())
    counted = whole_orders or journey.by == "every" or journey.rules.order != "loose"
    one_event = ["kind", "order_id"] if counted else []
    columns = list(dict.fromkeys(["customer_id", "time", *told, *one_event, *beside]))
    rows = known.select(*columns, **marks)
    if one_event:
        rows = _without_lines(rows, list(marks), columns)
    return rows.drop(name for name in one_event if name not in beside)


def _without_lines(rows: pl.LazyFrame, marks: Sequence[str], columns: Sequence[str]) -> pl.LazyFrame:
    """Rows of one order at one moment as one, which is a step if any of them is."""
    keys = ["customer_id", "time", "kind", "order_id"]
    others = [pl.col(name).sum() if name == "value" else pl.col(name).first() for name in columns if name not in keys]
    marked_by_any = [pl.col(name).bitwise_or() for name in marks]
    of_orders = rows.filter(pl.col("order_id").is_not_null())
    whole = of_orders.group_by(keys, maintain_order=True).agg(*others, *marked_by_any)
    alone = rows.filter(pl.col("order_id").is_null())
    return pl.concat([alone, whole.select(alone.collect_schema().names())])


def blocks(events: pl.LazyFrame) -> Iterator[pl.LazyFrame]:
    """The events in parts of whole customers, of about so many events each."""
    if events.select(pl.len()).collect(engine="streaming").item() <= BLOCK:
        yield events
        return
    counts = events.group_by("customer_id").len().sort("customer_id").collect(engine="streaming")
    part = (counts["len"].cast(pl.Int64).cum_sum() - 1) // BLOCK
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
