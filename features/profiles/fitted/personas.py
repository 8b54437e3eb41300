"""Personas: groups of customers who behave alike, named by how each differs from the average customer."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, count

import numpy as np
import polars as pl

from features.arrays import Floats
from features.language.feature import Feature

GROUPS = 5
FEWEST_PER_GROUP = 50  # customers; smaller groups say little
# The features that personas are made of, with a phrase for a high and one for a low value.
PHRASES = {
    "orders_90d": ("buys often", "buys rarely"),
    "spend_per_order_all": ("big baskets", "small baskets"),
    "discount_rate_all": ("hunts discounts", "pays full price"),
    "categories_90d": ("broad choice", "narrow choice"),
    "weekend_share_all": ("at weekends", "on weekdays"),
    "evening_share_all": ("in the evening", "by day"),
}


def persona_feature(peers: pl.DataFrame) -> Feature | None:
    """The feature that says which persona a customer is nearest to, fitted on the profiles of the peers.

    The centres are those of k-means with a fixed seed, on standardised values. None when too few peers ordered lately,
    or when fewer than two of the features vary, or fewer combinations of values than there are groups.
    """
    from sklearn.cluster import KMeans  # noqa: PLC0415  (seconds to import, needed when features are fitted)

    recent = peers.filter(pl.col("orders_90d") > 0)
    if recent.height < GROUPS * FEWEST_PER_GROUP:
        return None
    varied = [name for name in PHRASES if recent[name].drop_nans().n_unique() > 1]
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
    """A name for each centre: the phrases of its most extreme values, as many as make it unique, or else a number."""
    names: list[str] = []
    for centre in centres:
        phrases = [PHRASES[columns[i]][int(centre[i] < 0)] for i in np.argsort(-np.abs(centre))]
        longer = (", ".join(phrases[:k]) for k in range(2, len(phrases) + 1))
        numbered = (f"{', '.join(phrases[:2])} {n}" for n in count(2))
        names.append(next(name for name in chain(longer, numbered) if name not in names))
    return names
