"""The offers that a decision chooses from, and how much of a customer's shopping falls on each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from features.arrays import Floats, Ints, Mask
from serving.decisions.candidates.offers import Offer

SMOOTHING: Final = 10.0  # a customer's shares start from everybody's, with the weight of this many order lines
UNBOUNDED: Final = np.iinfo(np.int64)


@dataclass(frozen=True)
class Candidates:
    """Offers in the order of their ids, and arrays beside them in the same order.

    ``offers_by_item[item, offer]`` is 1 where the offer is for the item; ``items`` gives each item's row.
    ``popularity[offer]`` is everybody's share of the offer among the order lines on its campaign's offers.
    """

    offers: tuple[Offer, ...]
    items: Mapping[str, int]
    offers_by_item: sp.csr_array
    popularity: Floats

    @classmethod
    def of(cls, offers: Sequence[Offer], line_counts: Mapping[str, int]) -> Candidates:
        """Candidates from offers and the number of order lines of each item, by everybody.

        >>> tea = Offer("a", "offer", "Tea", "c", None, None, 100, 10, frozenset({"x"}), assumed=False)
        >>> cup = Offer("b", "offer", "Cup", "c", None, None, 100, 10, frozenset({"y", "z"}), assumed=False)
        >>> Candidates.of([tea, cup], {"x": 3, "y": 1}).popularity
        array([0.75, 0.25])
        """
        offers = sorted(offers, key=lambda offer: (offer.offer_id, offer.campaign_id or ""))
        items = {item: i for i, item in enumerate(sorted({item for offer in offers for item in offer.item_ids}))}
        pairs = [(items[item], o) for o, offer in enumerate(offers) for item in offer.item_ids]
        rows, columns = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        offers_by_item = sp.csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(items), len(offers)))
        bare = cls(tuple(offers), items, offers_by_item, np.zeros(len(offers)))
        lines, group = bare.order_lines(line_counts), bare.group
        total, size = np.bincount(group, lines)[group], np.bincount(group)[group]
        popularity = np.where(total > 0, np.divide(lines, np.maximum(total, 1)), 1 / size) if offers else lines
        return cls(bare.offers, items, offers_by_item, popularity)

    @cached_property
    def campaigns(self) -> tuple[str | None, ...]:
        """The campaigns of the offers, each once."""
        return tuple(dict.fromkeys(o.campaign_id for o in self.offers))

    @cached_property
    def group(self) -> Ints:
        """``[offer]``: its campaign, as a place in ``campaigns``."""
        place = {campaign: i for i, campaign in enumerate(self.campaigns)}
        return np.array([place[o.campaign_id] for o in self.offers], dtype=np.int64)

    @cached_property
    def places(self) -> dict[tuple[str | None, str], list[int]]:
        """The places of an offer, by campaign and id; under campaign None, every place of that id."""
        places: dict[tuple[str | None, str], list[int]] = {}
        for i, offer in enumerate(self.offers):
            for campaign in {offer.campaign_id, None}:
                places.setdefault((campaign, offer.offer_id), []).append(i)
        return places

    @cached_property
    def starts(self) -> Ints:
        """``[offer]``: the first moment (µs) at which it is valid."""
        return np.array([UNBOUNDED.min if o.starts is None else o.starts for o in self.offers], dtype=np.int64)

    @cached_property
    def ends(self) -> Ints:
        """``[offer]``: the last moment (µs) at which it is valid."""
        return np.array([UNBOUNDED.max if o.ends is None else o.ends for o in self.offers], dtype=np.int64)

    @cached_property
    def margins(self) -> Floats:
        """``[offer]``: value less cost, in minor units."""
        return np.array([o.value - o.cost for o in self.offers], dtype=np.float64)

    def on_channel(self, channel: str | None) -> Mask:
        """``[offer]``: whether it may be shown on a channel; where that is not known, whether it may be on any."""
        fits = np.ones(len(self.offers), dtype=np.bool_)
        fits[[place for place, channels in self._of_channels if channel not in channels]] = False
        return fits

    @cached_property
    def _of_channels(self) -> list[tuple[int, frozenset[str]]]:
        """The places of the offers that may be shown on some channels only, and these."""
        return [(place, o.channels) for place, o in enumerate(self.offers) if o.channels]

    def fitting(self, types: Sequence[str], formats: Sequence[str]) -> Mask:
        """``[offer]``: whether it is of one of the types and comes in one of the formats; without any, of all."""
        fits = np.isin(self._types, types) if types else np.ones(len(self.offers), dtype=np.bool_)
        wrong = [place for place, own in self._of_formats if formats and own.isdisjoint(formats)]
        fits[wrong] = False
        return fits

    @cached_property
    def _types(self) -> NDArray[np.str_]:
        return np.array([o.type for o in self.offers], dtype=np.str_)

    @cached_property
    def _of_formats(self) -> list[tuple[int, frozenset[str]]]:
        """The places of the offers that come in some formats only, and these."""
        return [(place, o.formats) for place, o in enumerate(self.offers) if o.formats]

    @cached_property
    def is_open(self) -> Mask:
        """``[offer]``: whether it is for people too whom its campaign has not reached."""
        return np.array([o.campaign_id is None or o.membership == "anyone" for o in self.offers], dtype=np.bool_)

    @cached_property
    def is_paused(self) -> Mask:
        """``[offer]``: whether it is not to be shown until somebody says otherwise."""
        return np.array([o.paused for o in self.offers], dtype=np.bool_)

    @cached_property
    def open_campaigns(self) -> frozenset[str]:
        """The campaigns some of whose offers are for people too whom they have not reached."""
        return frozenset(o.campaign_id for o in self.offers if o.campaign_id is not None and o.membership == "anyone")

    @cached_property
    def any_assumed(self) -> bool:
        """Whether some offer's value or cost is assumed."""
        return any(offer.assumed for offer in self.offers)

    def order_lines(self, counts: Mapping[str, int]) -> Floats:
        """``[offer]``: how many of some order lines, given as a number for each item, fall on it."""
        entries = [(row, n) for item, n in counts.items() if (row := self.items.get(item)) is not None]
        if not entries:
            return np.zeros(len(self.offers))
        rows, numbers = np.array(entries, dtype=np.int64).T
        starts, ends = self.offers_by_item.indptr[rows], self.offers_by_item.indptr[rows + 1]
        sizes = ends - starts
        at = np.repeat(ends - np.cumsum(sizes), sizes) + np.arange(sizes.sum())  # of the items' offers, one by one
        lines = np.bincount(self.offers_by_item.indices[at], np.repeat(numbers, sizes), minlength=len(self.offers))
        return np.asarray(lines, dtype=np.float64)

    def shares(self, lines: Floats) -> Floats:
        """``[offer]``: its share of a customer's order lines within its campaign; a campaign's shares add up to one.

        ``(lines on the offer + k · popularity) / (lines on the campaign's offers + k)`` with k = ``SMOOTHING``: one who
        never bought any of it has everybody's shares, one who often did has their own.
        """
        if not self.offers:
            return lines
        return (lines + SMOOTHING * self.popularity) / (np.bincount(self.group, lines)[self.group] + SMOOTHING)
