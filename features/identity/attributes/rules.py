"""The rules for attributes as the lake keeps them, and the weight that they give to each value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from features.config.sections.preferences import Preference
from features.events.tables import ORIGIN, SOURCE, UPDATED_AT, schema
from features.lake import Lake

Rules = Mapping[str, Preference]  # by attribute
UNDATED: Final = -(2**63)  # the weight of a row that tells no time


def written(rules: Rules) -> pl.DataFrame:
    """The rules as the lake's table ``preferences``.

    >>> written({"city": Preference(rule="trusted", sources=("crm", "shop"))}).rows()
    [('city', 'trusted', ['crm', 'shop'])]
    """
    rows = [(name, each.rule, list(each.sources)) for name, each in rules.items()]
    return pl.DataFrame(rows, schema("preferences"), orient="row")


def rules_of(lake: Lake) -> Rules:
    """The rules by which the lake was last built."""
    rows = lake.scan("preferences").collect().iter_rows()
    return {name: Preference(rule=rule, sources=tuple(sources)) for name, rule, sources in rows}


def with_weights(rows: pl.LazyFrame, rules: Rules) -> pl.LazyFrame:
    """Rows of customers with the weight of each value of an attribute that has a rule: the column ``weight_of`` it."""
    names = rows.collect_schema().names()
    types = {SOURCE: pl.String(), UPDATED_AT: pl.Int64()}
    rows = rows.with_columns(pl.lit(None, types[name]).alias(name) for name in ORIGIN if name not in names)
    return rows.with_columns(
        _weight(name, rule).alias(weight_of(name)) for name, rule in rules.items() if name in names
    )


def weight_of(attribute: str) -> str:
    """The name of the column with the weight of an attribute's values."""
    return f"weight:{attribute}"


def _weight(attribute: str, preference: Preference) -> pl.Expr:
    match preference.rule:
        case "newest":
            return pl.col(UPDATED_AT).fill_null(UNDATED)
        case "most_frequent":
            return pl.len().over("customer_id", attribute).cast(pl.Int64)
        case "trusted":
            places = {source: -place for place, source in enumerate(preference.sources)}
            return pl.col(SOURCE).replace_strict(places, default=-len(places), return_dtype=pl.Int64)
