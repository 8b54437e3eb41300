"""A block of customers of the synthetic world: the truth about them as arrays, and the chance that is left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from benchmarks.company.season import END, at_season_days, season_days
from features.arrays import Floats, Ints

CATEGORIES = (
    "Produce", "Dairy", "Bakery", "Meat", "Drinks", "Snacks", "Frozen", "Household", "Pasta", "Cheese", "Fish",
    "Cereal", "Coffee", "Tea", "Sweets", "Spices", "Baby", "Pets", "Beauty", "Health", "Garden", "Toys", "Books",
    "Flowers",
)  # fmt: skip
ITEMS = 40  # of each category
NUMBERS = (
    "rate", "spend_log_mean", "redeem", "uplift", "satisfaction", "online", "latitude", "longitude", "new_latitude",
    "new_longitude",
)  # fmt: skip


@dataclass(frozen=True)
class Block:
    """A row a customer: when they joined, lapsed and moved (µs), the numbers of the truth, and their affinities."""

    rng: np.random.Generator
    joined: Ints
    lapsed: Ints
    moved: Ints
    columns: dict[str, Floats]
    affinity: Floats

    @classmethod
    def of(cls, truth: pl.DataFrame, rng: np.random.Generator) -> Block:
        """The block of a truth."""
        joined, lapsed, moved = (truth[c].to_numpy() for c in ("joined", "lapsed", "moved"))
        numbers = {c: truth[c].to_numpy() for c in NUMBERS}
        return cls(rng, joined, lapsed, moved, numbers, truth["affinity"].to_numpy())

    @property
    def size(self) -> int:
        """How many customers."""
        return len(self.joined)

    def chance(self, rows: Ints, probability: Floats | float) -> Ints:
        """Those of the rows that have the luck, as places in ``rows``."""
        return np.flatnonzero(self.rng.random(len(rows)) < probability)

    def poisson(self, rates: Floats) -> tuple[Ints, Ints]:
        """Customers (rows) and times of a process of these daily rates, while they are active, in season."""
        begin = season_days(self.joined)
        length = season_days(np.minimum(self.lapsed, END)) - begin
        rows = np.repeat(np.arange(self.size), self.rng.poisson(rates * length))
        return rows, at_season_days(begin[rows] + self.rng.random(len(rows)) * length[rows])

    def items(self, rows: Ints) -> dict[str, pl.Series]:
        """An item and its category for each row, by the customer's affinities.

        One search over all cumulative shares laid end to end.
        """
        cumulative = np.minimum(np.cumsum(self.affinity, axis=1), 1.0)
        cumulative[:, -1] = 1.0
        ends = (cumulative + np.arange(self.size)[:, None]).ravel()
        place = np.searchsorted(ends, rows + self.rng.random(len(rows)), side="right") - rows * len(CATEGORIES)
        category = np.clip(place, 0, len(CATEGORIES) - 1)
        item = category * ITEMS + self.rng.integers(0, ITEMS, len(rows))
        return {"item_id": _ITEM_NAMES.gather(item), "category": _CATEGORY_NAMES.gather(category)}


_ITEM_NAMES = pl.Series([f"{c.lower()}-{i:02}" for c in CATEGORIES for i in range(ITEMS)])
_CATEGORY_NAMES = pl.Series(CATEGORIES)
