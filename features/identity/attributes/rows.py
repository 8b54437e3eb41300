"""The rows that tell of one person, in the order in which they count, and the one row that they come to.

The row of the person's own id counts before others, these in the order of their ids, and rows of one id in the order of
their sources. The first value counts, unless a rule gives others more weight; of equal weight, the first one counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from features.events.tables import ORIGIN, SOURCE
from features.identity.attributes.rules import Rules, rules_of, weight_of, with_weights
from features.lake import Lake

SAID_OF: Final = "said_of:"  # the column that tells by which id a row of a person tells of them
_PERSON, _OWN, _JOINED = "person:", "own:", "joined:"


def by_person(rows: pl.LazyFrame, joined: pl.LazyFrame, key: Sequence[str]) -> pl.LazyFrame:
    """Rows by their person in the order in which they count within a ``key``; those of nobody are left out.

    ``joined`` tells by ``fragment`` who is another ``customer_id``, and whose ``own`` id that person has.
    """
    columns = {SAID_OF: pl.col("fragment"), _PERSON: pl.col("customer_id"), _OWN: pl.col("own")}
    whose = joined.select(**columns, **{_JOINED: pl.lit(value=True)})
    told = rows.rename({"customer_id": SAID_OF}).join(whose, on=SAID_OF, how="left", maintain_order="left")
    customer = pl.when(_JOINED).then(_PERSON).otherwise(SAID_OF).alias("customer_id")
    other = pl.when(_JOINED).then(pl.col(SAID_OF) != pl.col(_OWN)).otherwise(statement=False)
    known = told.with_columns(customer).filter(pl.col("customer_id").is_not_null())
    return known.sort(*key, other, SAID_OF, maintain_order=True).drop(_PERSON, _OWN, _JOINED)


def collapsed(rows: pl.LazyFrame, key: Sequence[str], rules: Rules) -> pl.LazyFrame:
    """One row for each ``key`` of several, which lie in the order in which they count.

    >>> rows = pl.LazyFrame({"customer_id": ["7", "7"], "source:": ["shop", "crm"], "city": ["Lund", "Umeå"]})
    >>> collapsed(rows, ["customer_id"], {}).collect().rows()
    [('7', 'Lund')]
    """
    names = [name for name in rows.collect_schema().names() if name not in {*key, SAID_OF, *ORIGIN}]
    said = [_in_order(name, rules).drop_nulls().first() for name in names]
    return with_weights(rows, rules).group_by(key, maintain_order=True).agg(said)


def _in_order(attribute: str, rules: Rules) -> pl.Expr:
    values = pl.col(attribute)
    return values.sort_by(weight_of(attribute), descending=True, maintain_order=True) if attribute in rules else values


def attributes_of(lake: Lake) -> pl.LazyFrame:
    """One row of each customer by their own id, whoever they may be joined with."""
    rows = lake.scan("customers")
    return collapsed(rows, ["customer_id"], rules_of(lake)) if of_several_sources(rows) else without_origin(rows)


def of_several_sources(rows: pl.LazyFrame) -> bool:
    """Whether several sources may tell of one customer."""
    told = SOURCE in rows.collect_schema()
    return told and bool(rows.select(pl.col(SOURCE).n_unique() > 1).collect().item())


def without_origin(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows of one source as attributes alone."""
    return rows.drop(ORIGIN, strict=False)
