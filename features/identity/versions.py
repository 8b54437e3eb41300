"""Versions: people who change between two moments are looked at as several customers, each at moments of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from features.events.identifiers import visitors

_MARK = "\x00"  # between a customer and the number of a later version: no id has it


@dataclass(frozen=True)
class Versions:
    """Which versions there are of the customers who change between ``moments``: ``key, customer_id, first, until``.

    A version is its customer's at the moments whose places lie in ``[first, until)``. Customers who never change have
    none, and are their own key.
    """

    moments: Sequence[int]
    table: pl.DataFrame

    def told(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows of ``customer_id`` (a key) and ``as_of`` at the moments of the key's version, by its customer."""
        if self.table.is_empty():
            return rows
        places = pl.DataFrame({"as_of": self.moments, "place": range(len(self.moments))})
        beside = rows.join(places, on="as_of", how="left", maintain_order="left").join(
            self.table.rename({"customer_id": "customer"}), left_on="customer_id", right_on="key", how="left",
            maintain_order="left",
        )  # fmt: skip
        now = pl.col("first").is_null() | ((pl.col("place") >= pl.col("first")) & (pl.col("place") < pl.col("until")))
        customer = pl.coalesce("customer", "customer_id").alias("customer_id")
        return beside.filter(now).with_columns(customer).select(rows.columns).sort("as_of", "customer_id")

    def keyed(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows of ``customer_id`` and ``as_of``, in their order, with the ``key`` of each one's version."""
        places = pl.Series(self.moments, dtype=pl.Int64).search_sorted(rows["as_of"], side="right").cast(pl.Int64) - 1
        found = rows.with_row_index("row").with_columns(places.alias("place")).join(self.table, on="customer_id")
        found = found.filter(pl.col("place") >= pl.col("first"), pl.col("place") < pl.col("until")).select("row", "key")
        with_keys = rows.with_row_index("row").join(found, on="row", how="left", maintain_order="left")
        return with_keys.with_columns(key=pl.coalesce("key", "customer_id")).drop("row")


def own_id(key: pl.Expr) -> pl.Expr:
    """The customer whose version a key is, or who is their own key."""
    return key.str.split(_MARK).list.first()


def versions_at(persons: pl.DataFrame, moments: Sequence[int]) -> tuple[pl.DataFrame, Versions]:
    r"""Whose fragments are at moments (µs, in order), ``fragment, customer_id, nobody_from``, and the versions in it.

    >>> row = {"fragment": "email:a@x.se", "customer_id": "u1", "from": 5, "to": 9, "nobody_from": None}
    >>> joined, versions = versions_at(pl.DataFrame([row], schema_overrides={"nobody_from": pl.Int64}), [4, 5])
    >>> sorted(row[:2] for row in joined.rows())
    [('email:a@x.se', 'email:a@x.se'), ('email:a@x.se', 'u1\x001'), ('u1', 'u1'), ('u1', 'u1\x001')]
    >>> versions.table.filter(pl.col("customer_id") == "u1").select("first", "until").rows()
    [(0, 1), (1, 2)]
    """
    periods = _periods(persons, moments)
    table = _versions(periods, len(moments))
    if table.is_empty():
        return periods.select("fragment", "customer_id", "nobody_from"), Versions(moments, table)
    kept = periods.join(table, on="customer_id", how="left", suffix="_of_version")
    inside = (pl.col("first") <= pl.col("first_of_version")) & (pl.col("until_of_version") <= pl.col("until"))
    kept = kept.filter(pl.col("key").is_null() | inside)
    joined = kept.select("fragment", pl.coalesce("key", "customer_id").alias("customer_id"), "nobody_from")
    themselves = table.join(periods, left_on="customer_id", right_on="fragment", how="anti")
    own = themselves.select(fragment="customer_id", customer_id="key", nobody_from=pl.lit(None, pl.Int64))
    return pl.concat([joined, own]), Versions(moments, table)


def _periods(persons: pl.DataFrame, moments: Sequence[int]) -> pl.DataFrame:
    """``fragment, customer_id, nobody_from, first, until``: whose fragments that moved are at which moments."""
    places = pl.Series(moments, dtype=pl.Int64)
    first, until = (places.search_sorted(persons[side], side="left").cast(pl.Int64) for side in ("from", "to"))
    columns = ("fragment", "customer_id", "nobody_from", "first", "until")
    rows = persons.with_columns(first.alias("first"), until.alias("until")).select(columns)
    rows = rows.filter(pl.col("first") < pl.col("until"))
    before = rows.group_by("fragment").agg(until=pl.col("first").min()).filter(pl.col("until") > 0)
    own = pl.when(~visitors(pl.col("fragment"))).then("fragment").alias("customer_id")
    never, zero = (pl.lit(value, pl.Int64).alias(name) for name, value in (("nobody_from", None), ("first", 0)))
    return pl.concat([rows, before.select("fragment", own, never, zero, "until")])


def _versions(periods: pl.DataFrame, moments: int) -> pl.DataFrame:
    """``key, customer_id, first, until`` of the customers whose fragments are not the same at all moments."""
    known = periods.filter(pl.col("customer_id").is_not_null())
    starts = known.filter(pl.col("first") > 0).select("customer_id", "first")
    ends = known.filter(pl.col("until") < moments).select("customer_id", first="until")
    changes = pl.concat([starts, ends])
    zero = changes.select("customer_id", first=pl.lit(0, pl.Int64))
    every = pl.concat([changes, zero]).unique().sort("customer_id", "first")
    number = pl.int_range(pl.len()).over("customer_id")
    until = pl.col("first").shift(-1).over("customer_id").fill_null(moments)
    key = pl.when(number == 0).then("customer_id").otherwise(pl.format(f"{{}}{_MARK}{{}}", "customer_id", number))
    return every.select(key.alias("key"), "customer_id", "first", until.alias("until"))
