"""Events, attributes and snapshots with the people whose they are, as these were known at one moment or at many.

The lake keeps the fragment of each event: whom it says it is about. A fragment stands for its customer, unless it is a
visitor's, or the table of persons says otherwise at a moment. Where nobody was ever joined, that table is empty, and
nothing is joined to the events.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, Self

import polars as pl

from features.events.identifiers import visitors
from features.events.tables import KEYS, schema
from features.identity.attributes.rows import by_person, collapsed, of_several_sources, without_origin
from features.identity.attributes.rules import Rules, rules_of
from features.identity.versions import Versions, own_id, versions_at
from features.lake import ROW_GROUP, Lake
from features.reading.moment import Moment, moment

SCHEMA = pl.Schema({**schema("events"), "customer_id": pl.String()})  # of events with their people
_VISITOR = visitors(pl.col("fragment"))
IN_MEMORY = 2_000_000  # events of joined fragments
_NOBODYS = (pl.col("time") >= pl.col("nobody_from")).fill_null(value=False)


@dataclass(frozen=True)
class People:
    """Who is who in a lake at some moments.

    ``joined`` says of fragments whose they are, where that is not the rule: ``fragment, customer_id, nobody_from``;
    ``rules`` which of several values of an attribute counts.
    Where people change between the moments, each version of theirs is a customer of its own until :meth:`told`.
    """

    lake: Lake
    joined: pl.DataFrame
    versions: Versions
    rules: Rules = field(default_factory=dict)

    @classmethod
    def at(cls, lake: Lake, moments: Sequence[int]) -> Self:
        """The people as they are known at moments (µs), in order."""
        first, last = (moments[0], moments[-1]) if moments else (0, 0)
        persons = lake.scan("persons").filter(pl.col("from") <= last, pl.col("to") > first).collect()
        return cls(lake, *versions_at(persons, moments), rules_of(lake))

    @property
    def nobody_joined(self) -> bool:
        """Whether every fragment is what the rule makes of it."""
        return self.joined.is_empty()

    def events(self) -> pl.LazyFrame:
        """All events with their ``customer_id``; null for nobody's."""
        return self.assigned(self.lake.scan("events"))

    def assigned(self, events: pl.LazyFrame) -> pl.LazyFrame:
        """Some of them (``fragment, time`` and other columns) with their ``customer_id``."""
        own = pl.when(~_VISITOR).then("fragment")
        if self.nobody_joined:
            return events.with_columns(customer_id=own)
        joined = self.joined.lazy().with_columns(joined=pl.lit(value=True))
        customer = pl.when("joined").then(pl.when(~_NOBODYS).then("customer_id")).otherwise(own)
        people = events.join(joined, on="fragment", how="left").with_columns(customer_id=customer)
        return people.drop("joined", "nobody_from")

    def customer_events(self) -> pl.LazyFrame:
        """The events that are somebody's."""
        return self._own_events() if self.nobody_joined else self.events().filter(pl.col("customer_id").is_not_null())

    @contextmanager
    def sorted_events(self, columns: Iterable[str], customers: Collection[str] | None = None) -> Iterator[pl.LazyFrame]:
        """Some columns of these, or of those of the ``customers``, for who comes for one range of them after the other.

        What is asked of ``customer_id`` is asked of the files' statistics. Events of joined fragments are in memory
        meanwhile, or where they are many, in a file of their own in the order of their customers.
        """
        names = list(dict.fromkeys(["customer_id", *columns]))
        if self.nobody_joined or customers is not None:
            yield (self._own_events() if customers is None else self.events_of(customers)).select(names)
            return
        moved, own = self.joined.filter(~_VISITOR).select("fragment"), self._own_events()
        own = (own if moved.is_empty() else own.join(moved.lazy(), on="fragment", how="anti")).select(names)
        theirs = self._joined_events()
        few = theirs.select(names).head(IN_MEMORY + 1).collect(engine="streaming")
        if few.height <= IN_MEMORY:
            yield pl.concat([own, few.lazy()])
            return
        del few
        with tempfile.TemporaryDirectory(prefix="stamkund-") as folder:
            file = Path(folder) / "events.parquet"
            in_order = theirs.select("place", *names).sort("place").drop("place")
            in_order.sink_parquet(file, compression="lz4", row_group_size=ROW_GROUP)
            yield pl.concat([own, pl.scan_parquet(file)])

    def _joined_events(self) -> pl.LazyFrame:
        """The events of joined fragments with their ``customer_id``, and its ``place`` in the order of ids."""
        placed = self.joined.drop_nulls("customer_id").sort("customer_id").with_row_index("place")
        first, last = (pl.lit(value, pl.String) for value in (placed["fragment"].min(), placed["fragment"].max()))
        within = self.lake.scan("events").filter(pl.col("fragment").is_between(first, last))  # few files hold them
        return within.join(placed.lazy(), on="fragment").filter(~_NOBODYS)

    def events_of(self, customers: Iterable[str]) -> pl.LazyFrame:
        """The events of some customers."""
        asked = pl.Series("customer_id", list(customers), pl.String)
        joined = self.joined.filter(pl.col("customer_id").is_in(asked.implode()))
        fragments = pl.concat([asked, joined["fragment"]]).unique().implode()
        events = replace(self, joined=self.joined.filter(pl.col("fragment").is_in(fragments))).events()
        return events.filter(pl.col("fragment").is_in(fragments), pl.col("customer_id").is_in(asked.implode()))

    def _own_events(self) -> pl.LazyFrame:
        return self.lake.scan("events").filter(~_VISITOR).with_columns(customer_id=pl.col("fragment"))

    def about(self, table: Literal["customers", "snapshots"]) -> pl.LazyFrame:
        """What a table says of customers: one row of each, or of each and ``time``, whoever tells of them."""
        rows = self.lake.scan(table)
        if self.nobody_joined and not of_several_sources(rows):
            return without_origin(rows)
        return collapsed(self.rows_about(table), KEYS[table], self.rules if table == "customers" else {})

    def rows_about(self, table: Literal["customers", "snapshots"]) -> pl.LazyFrame:
        """All that a table says, by customer, in the order in which it counts."""
        joined = self.joined.lazy().with_columns(own=own_id(pl.col("customer_id")))
        return by_person(self.lake.scan(table), joined, KEYS[table])

    def told(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows of ``customer_id`` and ``as_of`` of each version at the moments at which it is one, by its customer."""
        return self.versions.told(rows)


def events_at(lake: Lake, *, as_of: Moment) -> pl.LazyFrame:
    """All events of a lake, each with the ``customer_id`` of its person as known at a moment; null for nobody's.

    >>> from pathlib import Path
    >>> events_at(Lake(Path("nowhere")), as_of=0).collect_schema().names()[-1]
    'customer_id'
    """
    return People.at(lake, [moment(as_of)]).events()


def customer_events_at(lake: Lake, *, as_of: int) -> pl.LazyFrame:
    """The same without those that are nobody's."""
    return People.at(lake, [as_of]).customer_events()


def customers_of(lake: Lake, fragments: Iterable[str], *, as_of: int) -> frozenset[str]:
    """The customers whose these fragments are, as known at a moment.

    >>> from pathlib import Path
    >>> sorted(customers_of(Lake(Path("nowhere")), ["7", "anonymous_id:f00"], as_of=0))
    ['7']
    """
    asked = pl.LazyFrame({"fragment": list(fragments)}, {"fragment": pl.String})
    joined = People.at(lake, [as_of]).joined.lazy().with_columns(joined=pl.lit(value=True))
    customer = pl.when("joined").then("customer_id").when(~_VISITOR).then("fragment")
    found = asked.join(joined, on="fragment", how="left").select(customer.drop_nulls()).collect()
    return frozenset(found.to_series().to_list())


def moved_between(lake: Lake, *, then: int, now: int) -> frozenset[str]:
    """The fragments that are somebody else at ``now`` than at ``then`` (µs), and whose they were and are."""
    low, high = sorted((then, now))
    begins_or_ends = pl.any_horizontal(pl.col(side).is_between(low, high, closed="right") for side in ("from", "to"))
    rows = lake.scan("persons").filter(begins_or_ends).collect()
    return frozenset(name for column in ("fragment", "customer_id") for name in rows[column].drop_nulls())
