"""What came of what was chosen, as interactions: a row for each outcome."""

from __future__ import annotations

from typing import Final

import polars as pl

# Our words for outcomes, and those that `pdstools` knows.
OUTCOMES: Final = {"exposed": "Impression", "clicked": "Clicked", "redeemed": "Conversion"}
UNSEEN: Final = "Pending"  # what was chosen, and not seen as far as anybody told


def with_outcomes(interactions: pl.DataFrame, outcomes: pl.DataFrame) -> pl.DataFrame:
    """A row for each outcome of what was chosen; of what nobody told to be seen, one at the moment of the decision.

    >>> chosen = pl.DataFrame({"pxInteractionID": ["d", "d"], "placement": ["p", None], "position": [1, None]})
    >>> chosen = chosen.with_columns(pxDecisionTime=pl.lit(0).cast(pl.Datetime("us")))
    >>> types = dict.fromkeys(("position", "exposed", "clicked", "redeemed"), pl.Int64)
    >>> told = pl.DataFrame([["d", "p", 1, None, None, 5]], schema=["decision_id", "placement", *types], orient="row",
    ...                     schema_overrides=types)
    >>> with_outcomes(chosen, told)["pyOutcome"].to_list()
    ['Pending', 'Conversion']
    """
    keys = {"pxInteractionID": "decision_id", "placement": "placement", "position": "position"}
    chosen = interactions.filter(pl.col("position").is_not_null())
    both = chosen.join(
        outcomes.select(*keys.values(), *OUTCOMES), left_on=[*keys], right_on=[*keys.values()], how="left"
    )
    told = [
        both.filter(pl.col(name).is_not_null()).with_columns(pyOutcome=pl.lit(word), pxOutcomeTime=pl.col(name))
        for name, word in OUTCOMES.items()
    ]
    unseen = both.filter(pl.col("exposed").is_null()).with_columns(
        pyOutcome=pl.lit(UNSEEN), pxOutcomeTime=pl.col("pxDecisionTime").dt.timestamp("us")
    )
    every = pl.concat([unseen, *told]).drop(*OUTCOMES)
    return every.with_columns(pl.col("pxOutcomeTime").cast(pl.Datetime("us"))).sort(
        "pxDecisionTime", "pxInteractionID", "placement", "position", "pxOutcomeTime", maintain_order=True
    )
