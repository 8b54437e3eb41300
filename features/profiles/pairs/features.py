"""The features of a pair, a customer and a campaign, and how counts become them: the same for frames and records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

import numpy as np

from features.arrays import Floats, Ints
from features.language.feature import Unit
from features.profiles.pairs.campaigns import Campaign
from features.units import DAY

T = TypeVar("T")
WINDOW = 90  # days that "recent" reaches back
PAIR_UNITS: Mapping[str, Unit] = {
    "campaign_offers": "count",
    "campaign_items": "count",
    "campaign_days": "days",
    "affinity_lines_all": "count",
    f"affinity_lines_{WINDOW}d": "count",
    f"affinity_spend_{WINDOW}d": "money",  # in minor units
    "affinity_coupons_all": "count",
    f"affinity_share_{WINDOW}d": "share",
    "days_since_contact": "days",
    "days_left": "days",
    "redeemed_in_campaign": "count",
}
PAIR_FEATURES = tuple(PAIR_UNITS)
CONTEXT = 3  # so many of them tell of the campaign alone
NEVER = np.iinfo(np.int64).min  # the time of a contact that did not happen, of an end that is not set


class PairCounts(NamedTuple, Generic[T]):
    """The counts of each pair up to its ``as_of``: int64 ``[pair]``, or integers for a single pair."""

    lines: T  # order lines of the campaign's products
    recent_lines: T
    recent_spend: T  # on the campaign's products, in minor units
    recent_gross_spend: T
    coupons: T  # on the campaign's products
    recent_total_gross_spend: T  # on all products, in minor units
    responses: T  # to the campaign
    last_contact: T  # µs, NEVER when the campaign did not reach the customer


def pair_features(
    counts: PairCounts[Ints] | PairCounts[int], campaigns: Sequence[Campaign], as_of: Ints | int
) -> Floats:
    """``[pair, feature]``: :data:`PAIR_FEATURES` of each pair.

    Args:
        counts: what was counted.
        campaigns: each pair's campaign.
        as_of: each pair's moment in µs, or one for all.

    >>> tea = Campaign("7", starts=0, ends=10 * DAY, item_ids=frozenset({"green", "black"}), offers=1)
    >>> counts = PairCounts(4, 2, 250, 300, 0, 400, 1, last_contact=3 * DAY)
    >>> pair_features(counts, [tea], 5 * DAY).tolist()
    [[1.0, 2.0, 10.0, 4.0, 2.0, 250.0, 0.0, 0.75, 2.0, 5.0, 1.0]]
    """
    n: PairCounts[Ints] = PairCounts(*np.array(counts, dtype=np.int64).reshape(len(counts), len(campaigns)))
    ends = np.array([NEVER if c.ends is None else c.ends for c in campaigns], dtype=np.int64)
    share, total = np.full(len(campaigns), np.nan), n.recent_total_gross_spend
    np.divide(n.recent_gross_spend, total, out=share, where=total != 0)
    since, left = _days(as_of - n.last_contact, n.last_contact), _days(ends - as_of, ends)
    figures = (n.lines, n.recent_lines, n.recent_spend, n.coupons, share, since, left, n.responses)
    values = np.empty((len(campaigns), len(PAIR_FEATURES)))
    values[:, :CONTEXT] = np.array([c.context for c in campaigns], dtype=np.float64).reshape(-1, CONTEXT)
    for column, figure in enumerate(figures, CONTEXT):
        values[:, column] = figure
    return values


def _days(between: Ints, moments: Ints) -> Floats:
    """Some µs in days; NaN where the moment that they are counted by is ``NEVER``."""
    days: Floats = np.full(len(moments), np.nan)
    return np.divide(between, DAY, out=days, where=moments != NEVER)
