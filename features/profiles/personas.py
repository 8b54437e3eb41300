"""Personas: groups of customers with alike habits, named by what sets each apart."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, count

import numpy as np
import polars as pl

from features.arrays import Floats
from features.language.feature import Feature

GROUPS = 5
FEWEST = 50  # customers a group, below which a grouping says little
# What personas look at, and how much and little of it read.
HABITS = {
    "orders_90d": ("buys often", "buys rarely"),
    "spend_per_order_all": ("big baskets", "small baskets"),
    "discount_rate_all": ("hunts discounts", "pays full price"),
    "categories_90d": ("broad choice", "narrow choice"),
    "weekend_share_all": ("at weekends", "on weekdays"),
    "evening_share_all": ("in the evening", "by day"),
}


def personas(peers: pl.DataFrame) -> Feature | None:
    """The feature that says which persona a customer is nearest to, fitted on the peers.

    Centres are found by k-means on standardised habits, with a fixed seed. None with too few peers, and where these
    differ in fewer than two habits or in fewer ways than there are groups.
    """
    from sklearn.cluster import KMeans  # noqa: PLC0415  (seconds to import, needed when features are fitted)

    recent = peers.filter(pl.col("orders_90d") > 0)
    if recent.height < GROUPS * FEWEST:
        return None
    varied = [name for name in HABITS if recent[name].drop_nans().n_unique() > 1]
    if len(varied) < 2:
        return None
    values = recent.select(varied).to_numpy()
    fill = np.nanmedian(values, axis=0)
    values = np.where(np.isnan(values), fill, values)
    mean, spread = values.mean(axis=0), values.std(axis=0)
    scaled = np.clip((values - mean) / spread, -3.0, 3.0)
    if len(np.unique(scaled, axis=0)) < GROUPS:
        return None
    centres = KMeans(GROUPS, n_init=10, random_state=0).fit(scaled).cluster_centers_
    parameters = np.vstack([fill, mean, spread, centres]).ravel()
    return Feature(
        "persona",
        "nearest",
        (),
        "code",
        "persona",
        vocabulary=tuple(_names(centres, varied)),
        parameters=tuple(float(p) for p in parameters),
        inputs=tuple(varied),
    )


def _names(centres: Floats, columns: Sequence[str]) -> list[str]:
    """Each centre by the habits that set it furthest apart, as many as make its name its own, or else a number."""
    names: list[str] = []
    for centre in centres:
        words = [HABITS[columns[i]][int(centre[i] < 0)] for i in np.argsort(-np.abs(centre))]
        told = (", ".join(words[:k]) for k in range(2, len(words) + 1))
        numbered = (f"{', '.join(words[:2])} {n}" for n in count(2))
        names.append(next(name for name in chain(told, numbered) if name not in names))
    return names
