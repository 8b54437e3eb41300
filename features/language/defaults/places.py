"""Default features of places: where customers usually are, and how far they stray."""

from __future__ import annotations

from collections.abc import Iterator

from features.language.defaults.orders import EVER
from features.language.feature import Feature, Measure, Term


def of_places() -> Iterator[Feature]:
    """Over all events that tell where they happened; undefined without any, and the spread without two."""
    sums = {c: Term(Measure("sum", c), EVER) for c in ("latitude", "longitude", "latitude_known")}
    lasts = [Term(Measure("last", c), EVER) for c in ("latitude", "longitude")]
    text = "km from the mean of all places to the last"
    yield Feature("last_place_km", "distance", (*sums.values(), *lasts), "km", text)
    squares = [Term(Measure("sum", f"{c}_squared"), EVER) for c in ("latitude", "longitude")]
    latitude, longitude, count = sums.values()
    terms = (latitude, squares[0], longitude, squares[1], count)
    yield Feature("places_spread_km", "scatter", terms, "km", "spread of all places around their mean, in km")
