"""What was known of customers when a period ended: what tables say, how they came, and who brought them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import polars as pl

from features.events.knowledge import known_events
from features.identity.people import People

ATTRIBUTE: Final = "customer."  # before the name of an attribute: events have a `status` and a `source` as well
ACQUISITION: Final = "acquisition"
REFERRED: Final = "referred"
_SINCE: Final = "since:"  # before the name of what events tell: from when on (µs) they do
_EVER: Final = 2**62


@dataclass(frozen=True)
class Attributes:
    """Attributes of the ``people`` at some moments; ``told`` has those of each version of a person, ``customer_id``.

    Tables of customers have no dates: what they say today is told of all times. Events tell beside them, where these
    are no words of the company's own, the channel of a customer's first event that has one (``acquisition``), and
    whether another customer brought them (``referred``), where anybody was by then.
    """

    people: People
    told: pl.DataFrame

    @classmethod
    def of(cls, people: People, *, as_of: int) -> Self:
        """What tables say, and what events say that are known at a moment (µs)."""
        told, events = people.about("customers"), known_events(people.customer_events(), as_of)
        of_events = {ACQUISITION: _acquisition(events), REFERRED: _referred(events)}
        own = told.collect_schema().names()
        told = told.select("customer_id", pl.exclude("customer_id").name.prefix(ATTRIBUTE))
        for name, frame in of_events.items():
            if name not in own:
                told = told.join(frame, on="customer_id", how="full", coalesce=True)
        return cls(people, told.collect(engine="streaming"))

    def beside(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows of ``customer_id`` and ``as_of``, in their order, with the attributes as known then."""
        key = self.people.versions.keyed(rows.select("customer_id", "as_of"))["key"]
        known = rows.with_columns(key).join(
            self.told, left_on="key", right_on="customer_id", how="left", maintain_order="left"
        )
        return self._then(known).drop("key")

    def now(self) -> pl.DataFrame:
        """``customer_id`` and the attributes of each version of a person, with all that became known."""
        return self._then(self.told.with_columns(as_of=pl.lit(_EVER))).drop("as_of")

    def _then(self, known: pl.DataFrame) -> pl.DataFrame:
        """Rows with what events told by ``as_of``."""
        if _SINCE + ACQUISITION in known.columns:
            then = pl.col(_SINCE + ACQUISITION) <= pl.col("as_of")
            known = known.with_columns(pl.when(then).then(ATTRIBUTE + ACQUISITION).alias(ATTRIBUTE + ACQUISITION))
        if _SINCE + REFERRED in known.columns:
            came = pl.col("as_of") >= pl.col(_SINCE + REFERRED)
            anybody = pl.col("as_of") >= pl.lit(self._first_referral, pl.Int64)
            word = pl.when(came).then(pl.lit("yes")).when(anybody).then(pl.lit("no"))
            known = known.with_columns(word.alias(ATTRIBUTE + REFERRED))
        return known.drop(name for name in known.columns if name.startswith(_SINCE))

    def turns(self) -> pl.DataFrame:
        """``customer_id, turn``: when (µs) what events tell of each version of a person becomes known."""
        columns = [name for name in self.told.columns if name.startswith(_SINCE)]
        parts = [self.told.select("customer_id", turn=name).drop_nulls() for name in columns]
        return pl.concat([pl.DataFrame(schema={"customer_id": pl.String, "turn": pl.Int64}), *parts])

    @property
    def turns_of_all(self) -> list[int]:
        """When (µs) something becomes known of everybody: that anybody was brought by another customer."""
        return [] if self._first_referral is None else [self._first_referral]

    @property
    def _first_referral(self) -> int | None:
        column = _SINCE + REFERRED
        return self.told.select(pl.col(column).min()).item() if column in self.told.columns else None


def _acquisition(events: pl.LazyFrame) -> pl.LazyFrame:
    first = pl.col("channel").sort_by("time", "event_id").first().alias(ATTRIBUTE + ACQUISITION)
    since = pl.col("time").min().alias(_SINCE + ACQUISITION)
    return events.filter(pl.col("channel").is_not_null()).group_by("customer_id").agg(first, since)


def _referred(events: pl.LazyFrame) -> pl.LazyFrame:
    """When each of all customers was first said to be brought by another one."""
    came = pl.col("time").filter(pl.col("kind") == "referred").min().alias(_SINCE + REFERRED)
    return events.group_by("customer_id").agg(came)
