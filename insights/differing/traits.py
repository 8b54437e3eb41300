"""What is told of customers at the moment of a step: numbers from their events before it, and groups they are in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from features.arrays import Floats, Ints, Mask
from features.units import DAY
from insights.loss.histories import NEVER_DAYS, WINDOWS, Vocabulary

SPANS: Final = ("all", *(f"{window // DAY}d" for window in WINDOWS))
OF_MONEY: Final = "money"


def numbers_of(vocabulary: Vocabulary) -> list[tuple[str, int]]:
    """The names of the numbers, and in which column of what is described each is.

    >>> numbers_of(Vocabulary(("view",), ()))[:3]
    [('days_known', 0), ('view_all', 1), ('view_28d', 2)]
    """
    counted = [f"{name}_{span}" for name in (*vocabulary.kinds, OF_MONEY) for span in SPANS]
    return [(name, place) for place, name in enumerate(("days_known", *counted, "days_since_order"))]


def values(x: Floats, name: str, place: int) -> Floats:
    """The numbers of a name, NaN where it says nothing: days since an order that there never was."""
    column = x[:, place]
    return np.where(column >= NEVER_DAYS, np.nan, column) if name == "days_since_order" else column


@dataclass
class Sums:
    """Of those who were dropped (0) and went on (1): how many have a number, and its sums, ``[side, number]``.

    ``groups`` are for each dimension ``[side, group]`` how many are in it.
    """

    n: Floats
    total: Floats
    squares: Floats
    groups: list[Ints]

    @classmethod
    def of(cls, numbers: Sequence[Floats], groups: Sequence[tuple[Ints, int]], went: Mask) -> Self:
        """From the numbers of each, and the place of each in each dimension of a size."""
        x = np.stack(numbers, axis=1) if len(numbers) else np.zeros((len(went), 0))
        sides = (x[~went], x[went])
        n = np.stack([(~np.isnan(side)).sum(axis=0).astype(np.float64) for side in sides])
        total, squares = (np.stack([np.nansum(side**power, axis=0) for side in sides]) for power in (1, 2))
        counted = [
            np.stack([np.bincount(place[~went], minlength=size), np.bincount(place[went], minlength=size)])
            for place, size in groups
        ]
        return cls(n, total, squares, counted)

    def __add__(self, other: Sums) -> Sums:
        """Of other customers."""
        groups = [a + b for a, b in zip(self.groups, other.groups, strict=True)]
        return Sums(self.n + other.n, self.total + other.total, self.squares + other.squares, groups)
