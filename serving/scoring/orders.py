"""What a customer's orders so far say without a model: how many, how much, how regularly, when the next is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from features.arrays import Floats, Mask
from features.language.defaults.orders import FIRST_ORDER, GAP, GAPS, LAST_ORDER, ORDERS, SPEND
from features.profiles.feature_set import FeatureSet
from features.units import DAY
from training.targets.lookup import days_since, ratio_of, total_of

LEAST_TENURE: Final = 28  # days; a customer of yesterday does not order every day
PATIENCE: Final = 3  # mean gaps of silence, after which no next order is expected


@dataclass(frozen=True)
class OrderColumns:
    """Where the features of orders stand in a row; None for all that a company's feature set lacks.

    A company without orders has no such features, and its answers have no such figures.
    """

    orders: int | None
    spend: int | None
    gap: int | None
    silence: int | None
    tenure: int | None

    @classmethod
    def of(cls, feature_set: FeatureSet) -> Self:
        """The places in the rows of a feature set."""
        features = {
            "orders": total_of(feature_set, ORDERS, None),
            "spend": total_of(feature_set, SPEND, None),
            "gap": ratio_of(feature_set, GAP, GAPS),
            "silence": days_since(feature_set, LAST_ORDER),
            "tenure": days_since(feature_set, FIRST_ORDER),
        }
        return cls(**{name: None if f is None else feature_set.features.index(f) for name, f in features.items()})

    def figures(self, features: Floats, *, horizon: int) -> Mapping[str, Floats]:
        """The figures by name, one entry a customer, NaN where unknown; orders are predicted for a horizon in µs."""
        orders, gaps, silence = (_column(features, place) for place in (self.orders, self.gap, self.silence))
        tenure = np.maximum(_column(features, self.tenure), LEAST_TENURE)
        return {
            "historic_clv": _column(features, self.spend),
            "historic_number_of_orders": orders,
            "predicted_number_of_orders": np.where(ordering(gaps, silence), orders / tenure * (horizon / DAY), np.nan),
            "average_days_between_orders": gaps,
            "days_since_last_order": silence,
        }


def _column(features: Floats, place: int | None) -> Floats:
    return np.full(len(features), np.nan) if place is None else features[:, place]


def ordering(gaps: Floats, silence: Floats) -> Mask:
    """Who is expected to order again: with two orders or more, and not silent for three mean gaps.

    >>> ordering(np.array([10.0, 10.0, np.nan]), np.array([30.0, 31.0, 1.0]))
    array([ True, False, False])
    """
    return silence <= PATIENCE * gaps


def days_to_next_order(gaps: Floats, silence: Floats) -> Floats:
    """The mean gap after the last order, 0 when that is past already; NaN for who is not expected to order again.

    >>> days_to_next_order(np.array([10.0, 10.0, 10.0]), np.array([4.0, 30.0, 31.0]))
    array([ 6.,  0., nan])
    """
    return np.where(ordering(gaps, silence), np.maximum(gaps - silence, 0.0), np.nan)
