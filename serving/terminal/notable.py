"""Customers who are worth showing."""

from __future__ import annotations

from typing import Final, cast

import polars as pl

from serving.decisions.control.arms import Arms

NO_ARMS: Final = Arms({})
IN_ARM: Final = "likeliest to take an offer of those in a control arm"


def notable_customers(scores: pl.DataFrame, arms: Arms = NO_ARMS) -> list[tuple[str, str]]:
    """Three customers as ``(why, customer_id)``, each notable for another reason; fewer where fewer were reached.

    Where control arms are declared that get offers of their own, one of these is the fourth.
    """
    chance = pl.col("propensities").list.eval(pl.element().struct.field("probability")).list.max().fill_null(0.0)
    at_stake = (pl.col("churn_probability") * pl.col("predicted_clv")).fill_null(0.0)
    picks = [
        ("most revenue at stake", at_stake),
        ("likeliest to take an offer", chance),
        ("most valuable of those who stay", pl.col("predicted_clv") * (pl.col("churn_probability") < 0.05)),
    ]
    scores = scores.filter(pl.col("propensities").list.len() > 0)  # reached by a campaign, so there is a choice to make
    armed = [customer for customer in scores["customer_id"] if arms.of(customer).gets not in {None, "nothing"}]
    if armed:
        picks.append((IN_ARM, pl.when(pl.col("customer_id").is_in(armed)).then(chance)))
    whys: dict[str, str] = {}
    for why, measure in picks:
        rest = scores.filter(~pl.col("customer_id").is_in(list(whys))).sort(measure, descending=True, nulls_last=True)
        if not rest.is_empty():
            whys[cast(str, rest["customer_id"][0])] = why
    return [(why, customer) for customer, why in whys.items()]
