"""Default features of places: where customers usually are, and how far they stray."""

from __future__ import annotations

from collections.abc import Iterator

from features.language.defaults.orders import EVER
from features.language.feature import Feature
from features.language.formulas.geography import DistanceOperands, ScatterOperands
from features.language.terms import Measure, Term


def place_features() -> Iterator[Feature]:
    """Over all events that tell where they happened; undefined without any, and the spread without two."""
    sums = {c: Term(Measure("sum", c), EVER) for c in ("latitude", "longitude")}
    squares = {c: Term(Measure("sum", f"{c}_squared"), EVER) for c in ("latitude", "longitude")}
    count = Term(Measure("sum", "latitude_known"), EVER)
    to_last = DistanceOperands(
        latitude_sum=sums["latitude"],
        longitude_sum=sums["longitude"],
        number=count,
        latitude=Term(Measure("last", "latitude"), EVER),
        longitude=Term(Measure("last", "longitude"), EVER),
    )
    yield Feature("last_place_km", "distance", to_last, "km", "km from the mean of all places to the last")
    around_mean = ScatterOperands(
        latitude_sum=sums["latitude"],
        latitude_squares=squares["latitude"],
        longitude_sum=sums["longitude"],
        longitude_squares=squares["longitude"],
        number=count,
    )
    yield Feature("places_spread_km", "scatter", around_mean, "km", "spread of all places around their mean, in km")
