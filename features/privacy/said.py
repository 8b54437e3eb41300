"""What many people said, as frames: the same rule as :func:`features.privacy.standing.standing_of`, by customer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import polars as pl

from features.events.statements.stances import Stance
from features.events.statements.statement import SAYS, STATEMENT_COLUMNS, Statement
from features.privacy.standing import State

Reader = Callable[[Statement], Stance]  # what a statement says of the purpose in question


@dataclass(frozen=True)
class Said:
    """``rows`` has a row a statement, ``customer_id, time, known_at, received, statement``; the last is its place.

    Times are in µs; a row that does not say when it was received counts as received when it happened.
    """

    rows: pl.DataFrame
    statements: tuple[Statement, ...]

    @classmethod
    def of(cls, events: pl.LazyFrame) -> Self:
        """The statements among events of customers."""
        rows = events.filter(SAYS).select(
            "customer_id",
            "time",
            pl.col("known_at").fill_null(pl.col("time")),
            pl.col("received_at").fill_null(pl.col("time")).alias("received"),
            *STATEMENT_COLUMNS,
        )
        collected = rows.collect(engine="streaming")
        distinct = collected.select(STATEMENT_COLUMNS).unique().with_row_index("statement")
        numbered = collected.join(distinct, on=STATEMENT_COLUMNS, how="left", nulls_equal=True)
        statements = tuple(Statement(*row) for row in distinct.drop("statement").iter_rows())
        return cls(numbered.select("customer_id", "time", "known_at", "received", "statement"), statements)

    def states(self, reader: Reader, *, by_consent: bool, as_of: int | None = None) -> pl.DataFrame:
        """``customer_id, state, refused`` of those who said something, by a moment or (None) by all that was received.

        ``refused`` tells whose no no later yes has lifted.
        """
        stances = pl.Series("stance", [int(reader(each)) for each in self.statements], dtype=pl.Int8)
        rows = self.rows if as_of is None else self.rows.filter(pl.col("time") <= as_of, pl.col("known_at") <= as_of)
        told = rows.with_columns(stance=stances.gather(rows["statement"])).filter(pl.col("stance") != Stance.NOTHING)
        stance = pl.col("stance")
        last = pl.col("time").max().alias("last"), pl.col("received").max().alias("last_received")
        refusals = told.filter(stance == Stance.REFUSAL).group_by("customer_id").agg(*last)
        beside = told.join(refusals, on="customer_id", how="left")
        time, received = pl.col("time") - pl.col("last"), pl.col("received") - pl.col("last_received")
        later = ((time >= 0) & (received >= 0) & (time + received > 0)).fill_null(value=True)
        counts = beside.group_by("customer_id").agg(
            yes=((stance == Stance.GRANT) & later).any(),
            asked=((stance == Stance.REQUEST) & later).any() & by_consent,
            no=(stance == Stance.REFUSAL).any(),
            ever=(stance == Stance.GRANT).any(),
        )
        refusal = pl.when("ever").then(pl.lit(State.WITHDRAWN.value)).otherwise(pl.lit(State.DENIED.value))
        state = (
            pl.when("yes").then(pl.lit(State.GRANTED.value))
            .when("asked").then(pl.lit(State.PENDING.value))
            .when(~pl.col("no")).then(pl.lit(State.UNKNOWN.value))
            .otherwise(refusal if by_consent else pl.lit(State.OBJECTED.value))
        )  # fmt: skip
        return counts.select("customer_id", state=state, refused=pl.col("no") & ~pl.col("yes"))
