"""The offers of the moment, with the sparse matrix that tells how much of a customer's shopping falls on each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse as sp

from features.lake import Lake
from features.offers import Offer

Floats = npt.NDArray[np.float64]
SMOOTHING: Final = 10.0  # a customer's shares start from everybody's, with the weight of this many order lines
ALWAYS: Final = np.iinfo(np.int64)


@dataclass(frozen=True)
class Catalogue:
    """Offers in a fixed order, and arrays beside them in the same order.

    ``bought[item, offer]`` is 1 where the offer is for the item, ``popularity`` is everybody's share of each offer
    among the order lines that fall on its campaign's offers.
    """

    offers: tuple[Offer, ...]
    items: Mapping[str, int]
    bought: sp.csr_array
    popularity: Floats

    @classmethod
    def of(cls, offers: Sequence[Offer], sold: Mapping[str, int]) -> Catalogue:
        """A catalogue from offers and the number of order lines of each item.

        >>> tea = Offer("a", "offer", "Tea", "c", None, None, 100, 10, frozenset({"x"}), assumed=False)
        >>> cup = Offer("b", "offer", "Cup", "c", None, None, 100, 10, frozenset({"y", "z"}), assumed=False)
        >>> Catalogue.of([tea, cup], {"x": 3, "y": 1}).popularity
        array([0.75, 0.25])
        """
        items = {item: i for i, item in enumerate(sorted({item for offer in offers for item in offer.item_ids}))}
        pairs = [(items[item], o) for o, offer in enumerate(offers) for item in offer.item_ids]
        rows, columns = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        bought = sp.csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(items), len(offers)))
        bare = cls(tuple(offers), items, bought, np.zeros(len(offers)))
        lines = bare.lines(sold)
        total, size = np.bincount(bare.group, lines)[bare.group], np.bincount(bare.group)[bare.group]
        popularity = np.where(total > 0, np.divide(lines, np.maximum(total, 1)), 1 / size) if offers else lines
        return cls(bare.offers, items, bought, popularity)

    @cached_property
    def group(self) -> npt.NDArray[np.int64]:
        """Each offer's campaign as a number."""
        numbers: dict[str | None, int] = {}
        return np.array([numbers.setdefault(o.campaign_id, len(numbers)) for o in self.offers], dtype=np.int64)

    @cached_property
    def starts(self) -> npt.NDArray[np.int64]:
        """When each offer becomes valid."""
        return np.array([ALWAYS.min if o.starts is None else o.starts for o in self.offers], dtype=np.int64)

    @cached_property
    def ends(self) -> npt.NDArray[np.int64]:
        """When each offer was valid for the last time."""
        return np.array([ALWAYS.max if o.ends is None else o.ends for o in self.offers], dtype=np.int64)

    @cached_property
    def worth(self) -> Floats:
        """Value less cost, in minor units."""
        return np.array([o.value - o.cost for o in self.offers], dtype=np.float64)

    @cached_property
    def over(self) -> tuple[str, ...]:
        """For each offer, in words, when it ended."""
        return tuple("" if o.ends is None else f"It ended at {_moment(o.ends)}." for o in self.offers)

    @cached_property
    def ahead(self) -> tuple[str, ...]:
        """For each offer, in words, when it starts."""
        return tuple("" if o.starts is None else f"It starts at {_moment(o.starts)}." for o in self.offers)

    def lines(self, counts: Mapping[str, int]) -> Floats:
        """How many of these order lines (a number for each item) fall on each offer."""
        known = [(place, n) for item, n in counts.items() if (place := self.items.get(item)) is not None]
        if not known:
            return np.zeros(len(self.offers))
        places, numbers = np.array(known, dtype=np.int64).T
        starts, ends = self.bought.indptr[places], self.bought.indptr[places + 1]
        touched = np.concatenate([self.bought.indices[a:b] for a, b in zip(starts, ends, strict=True)])
        return np.bincount(touched, np.repeat(numbers, ends - starts), minlength=len(self.offers)).astype(np.float64)

    def shares(self, lines: Floats) -> Floats:
        """Each offer's share of a customer's order lines within its campaign; the shares of a campaign add up to one.

        ``(lines on the offer + k · popularity) / (lines on the campaign's offers + k)`` with k = ``SMOOTHING``: one who
        never bought any of it has everybody's shares, one who often did has their own.
        """
        if not self.offers:
            return lines
        return (lines + SMOOTHING * self.popularity) / (np.bincount(self.group, lines)[self.group] + SMOOTHING)


def lines_sold(lake: Lake, *, as_of: int) -> dict[str, int]:
    """The number of order lines of each item up to ``as_of``."""
    orders = lake.scan("events").filter(pl.col("kind") == "order", pl.col("time") <= as_of)
    counts = orders.filter(pl.col("item_id").is_not_null()).group_by("item_id").len().collect()
    return dict(zip(counts["item_id"], counts["len"], strict=True))


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at // 1_000_000, tz=UTC).strftime("%Y-%m-%d %H:%M UTC")
