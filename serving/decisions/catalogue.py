"""The offers of the moment, with the sparse matrix that tells how much of a customer's shopping falls on each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl
import scipy.sparse as sp

from features.arrays import Floats, Ints
from features.lake import Lake
from features.moments import minute
from serving.decisions.offers import Offer

SMOOTHING: Final = 10.0  # a customer's shares start from everybody's, with the weight of this many order lines
ALWAYS: Final = np.iinfo(np.int64)


@dataclass(frozen=True)
class Excluded:
    """An offer that was not chosen, and why."""

    offer_id: str
    campaign_id: str | None
    reason: str
    detail: str


@dataclass(frozen=True)
class Catalogue:
    """Offers in the order of their ids, and arrays beside them in the same order.

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
        offers = sorted(offers, key=lambda offer: (offer.offer_id, offer.campaign_id or ""))
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
    def campaigns(self) -> tuple[str | None, ...]:
        """The campaigns of the offers, each once."""
        return tuple(dict.fromkeys(o.campaign_id for o in self.offers))

    @cached_property
    def group(self) -> Ints:
        """Each offer's campaign, as its place in ``campaigns``."""
        place = {campaign: i for i, campaign in enumerate(self.campaigns)}
        return np.array([place[o.campaign_id] for o in self.offers], dtype=np.int64)

    @cached_property
    def places(self) -> dict[tuple[str | None, str], list[int]]:
        """Where an offer stands, by campaign and id; under campaign None, wherever the id stands."""
        out: dict[tuple[str | None, str], list[int]] = {}
        for i, offer in enumerate(self.offers):
            for campaign in {offer.campaign_id, None}:
                out.setdefault((campaign, offer.offer_id), []).append(i)
        return out

    @cached_property
    def starts(self) -> Ints:
        """When each offer becomes valid."""
        return np.array([ALWAYS.min if o.starts is None else o.starts for o in self.offers], dtype=np.int64)

    @cached_property
    def ends(self) -> Ints:
        """When each offer was valid for the last time."""
        return np.array([ALWAYS.max if o.ends is None else o.ends for o in self.offers], dtype=np.int64)

    @cached_property
    def worth(self) -> Floats:
        """Value less cost, in minor units."""
        return np.array([o.value - o.cost for o in self.offers], dtype=np.float64)

    @cached_property
    def excluded(self) -> dict[str, tuple[Excluded, ...]]:
        """For each reason that needs no figure, each offer's exclusion for it, made once."""
        return {
            reason: tuple(Excluded(o.offer_id, o.campaign_id, reason, detail(o)) for o in self.offers)
            for reason, detail in _DETAILS.items()
        }

    def lines(self, counts: Mapping[str, int]) -> Floats:
        """How many of these order lines (a number for each item) fall on each offer."""
        known = [(place, n) for item, n in counts.items() if (place := self.items.get(item)) is not None]
        if not known:
            return np.zeros(len(self.offers))
        places, numbers = np.array(known, dtype=np.int64).T
        return np.asarray(self.bought[places].T @ numbers.astype(np.float64))

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
    return f"{minute(at)} UTC"


_DETAILS: Final[Mapping[str, Callable[[Offer], str]]] = {
    "expired": lambda offer: "" if offer.ends is None else f"It ended at {_moment(offer.ends)}.",
    "not_started": lambda offer: "" if offer.starts is None else f"It starts at {_moment(offer.starts)}.",
    "no_model": lambda _: "No redemption model is registered, so nothing tells whether it would be taken.",
    "not_contacted": lambda offer: f"Campaign {offer.campaign_id} has not reached this customer.",
    "already_redeemed": lambda _: "The customer has redeemed it already.",
}
