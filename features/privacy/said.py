"""What many people said, as frames: the same rule as :func:`features.privacy.standing.standing_of`, by customer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Self

import polars as pl

from features.events.statements.stances import Stance
from features.events.statements.statement import SAYS, STATEMENT_COLUMNS, Statement
from features.privacy.standing import STATES, State
from features.privacy.voices import NO_NAMES, heard

Reader = Callable[[Statement], Stance]  # what a statement says of the purpose in question


@dataclass(frozen=True)
class Said:
    """``rows`` has a row a statement and voice, ``customer_id, voice, time, known_at, received, statement``: its place.

    Times are in µs; a row that does not say when it was received counts as received when it happened.
    """

    rows: pl.DataFrame
    statements: tuple[Statement, ...]

    @classmethod
    def of(cls, events: pl.LazyFrame, names: pl.DataFrame = NO_NAMES) -> Self:
        """The statements among events of customers; ``names``: what fragments were called from when on."""
        rows = events.filter(SAYS).select(
            "customer_id",
            "fragment",
            "time",
            pl.col("known_at").fill_null(pl.col("time")),
            pl.col("received_at").fill_null(pl.col("time")).alias("received"),
            *STATEMENT_COLUMNS,
        )
        collected = rows.collect(engine="streaming")
        distinct = collected.select(STATEMENT_COLUMNS).unique().with_row_index("statement")
        numbered = heard(collected, names).join(distinct, on=STATEMENT_COLUMNS, how="left", nulls_equal=True)
        statements = tuple(Statement(*row) for row in distinct.drop("statement").iter_rows())
        return cls(numbered.select("customer_id", "voice", "time", "known_at", "received", "statement"), statements)

    def states(self, reader: Reader, *, by_consent: bool, as_of: int | None = None) -> pl.DataFrame:
        """``customer_id, state, refused`` of those who said something, by a moment or (None) by all that was received.

        ``refused`` tells whose no no later yes has lifted.
        """
        stances = pl.Series("stance", [int(reader(each)) for each in self.statements], dtype=pl.Int8)
        rows = self.rows if as_of is None else self.rows.filter(pl.col("time") <= as_of, pl.col("known_at") <= as_of)
        told = rows.with_columns(stance=stances.gather(rows["statement"])).filter(pl.col("stance") != Stance.NOTHING)
        stance = pl.col("stance")
        last = pl.col("time").max().alias("last"), pl.col("received").max().alias("last_received")
        refusals = told.filter(stance == Stance.REFUSAL).group_by(_VOICE).agg(*last)
        beside = told.join(refusals, on=_VOICE, how="left", nulls_equal=True)
        time, received = pl.col("time") - pl.col("last"), pl.col("received") - pl.col("last_received")
        later = ((time >= 0) & (received >= 0) & (time + received > 0)).fill_null(value=True)
        counts = beside.group_by(_VOICE).agg(
            yes=((stance == Stance.GRANT) & later).any(),
            asked=((stance == Stance.REQUEST) & later).any() & by_consent,
            no=(stance == Stance.REFUSAL).any(),
            ever=(stance == Stance.GRANT).any(),
        )
        refusal = pl.when("ever").then(_place(State.WITHDRAWN)).otherwise(_place(State.DENIED))
        place = (
            pl.when("yes").then(_place(State.GRANTED))
            .when("asked").then(_place(State.PENDING))
            .when(~pl.col("no")).then(_place(State.UNKNOWN))
            .otherwise(refusal if by_consent else _place(State.OBJECTED))
        )  # fmt: skip
        voices = counts.select("customer_id", place=place, refused=pl.col("no") & ~pl.col("yes"))
        strictest = voices.group_by("customer_id").agg(pl.col("place").max(), pl.col("refused").any())
        states = pl.Series([state.value for state in STATES])
        return strictest.select("customer_id", state=states.gather(strictest["place"]), refused="refused")


_VOICE: Final = ["customer_id", "voice"]


def _place(state: State) -> pl.Expr:
    """The place of a state in the order of strictness."""
    return pl.lit(STATES.index(state), pl.UInt8)
