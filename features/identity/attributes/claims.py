"""What the rows of each person claim of attributes that have a rule: kept in their record, for who joins them later."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from features.evaluate.online.traits import Claim, Claims
from features.identity.attributes.rows import SAID_OF
from features.identity.attributes.rules import Rules, weight_of, with_weights


def claims_of(rows: pl.LazyFrame, rules: Rules) -> Mapping[str, Claims]:
    """The claims of each customer, of rows in the order in which they count."""
    found = dict[str, dict[str, list[Claim]]]()
    told = with_weights(rows, rules).collect() if rules else pl.DataFrame()
    for name in (each for each in rules if each in told.columns):
        weight = pl.lit(None, pl.Int64) if rules[name].rule == "most_frequent" else pl.col(weight_of(name))
        claims = told.select("customer_id", SAID_OF, weight.alias("weight:"), name).drop_nulls(name)
        for customer, *claim in claims.iter_rows():
            found.setdefault(customer, {}).setdefault(name, []).append(Claim(*claim))
    return found
