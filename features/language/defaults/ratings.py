"""Default features of ratings: what customers said of us, each on the scale that it was asked on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from features.events.columns import MULTIPLIERS
from features.language.defaults.orders import EVER
from features.language.feature import Feature, amount, ratio, since
from features.language.terms import Condition, Measure, Term, where

LOW = {"nps": 6, "csat": 2, "ces": 2, "stars": 2}  # ratings up to here are low ones, as is usual on each scale
POINT = MULTIPLIERS["rating"]


def rating_features(scale: str) -> Iterator[Feature]:
    """Ratings on one scale, in its points; undefined for who never rated."""
    rated = where(scale=scale)
    count = Term(Measure("sum", "rating_known", rated), EVER)
    mean = ratio(
        f"{scale}_mean_all", Term(Measure("sum", "rating", rated), EVER), count, "points", f"mean {scale} rating"
    )
    yield replace(mean, scale=POINT)
    for word, measure in (("last", Measure("last", "rating", rated)), ("least", Measure("min", "rating", rated))):
        yield Feature(f"{scale}_{word}", "amount", (Term(measure, EVER),), "points", f"{word} {scale} rating", POINT)
    low = where(scale=scale, rating=Condition("rating", high=LOW[scale] * POINT + 1))
    share = f"share of {scale} ratings of {LOW[scale]} or less"
    yield ratio(f"{scale}_low_share_all", Term(Measure("sum", "one", low), EVER), count, "share", share)
    yield amount(f"{scale}_ratings", Measure("sum", "rating_known", rated), EVER, "count", f"{scale} ratings")
    yield since(f"days_since_{scale}", Measure("max", "time", rated), f"days since the last {scale} rating")
