"""What a customer's orders so far say: how many, how much and how regularly, and what is to come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from features.arrays import Floats, Mask
from features.language.defaults.orders import FIRST_ORDER, GAP, GAPS, LAST_ORDER, ORDER, ORDERS, SPEND
from features.language.terms import Measure
from features.profiles.fitted.feature_set import FeatureSet
from features.units import DAY
from serving.scoring.next_order import MODEL, RULE, WITHIN, NextOrder
from training.btyd import discounted_orders, present_value, times_to_next_order
from training.orders import OrdersModel, histories_from
from training.targets.frame.lookup import days_since, ratio_of, total_of

LEAST_TENURE: Final = 28  # days; a customer of yesterday does not order every day
PATIENCE: Final = 3  # mean gaps of silence, after which no next order is expected


@dataclass(frozen=True)
class OrdersAhead:
    """What is to come of each customer, NaN where unknown: orders and their value in a horizon, and the next one.

    ``present`` is what one unit of money that these orders bring is worth today.
    """

    number: Floats
    value: Floats
    present: Floats
    next_order: NextOrder


@dataclass(frozen=True)
class OrderColumns:
    """Where the features of orders stand in a row; None for all that a company's feature set lacks.

    A company without orders has no such features, and its answers have no such figures.
    """

    orders: int | None
    order_days: int | None
    spend: int | None
    gap: int | None
    silence: int | None
    tenure: int | None

    @classmethod
    def of(cls, feature_set: FeatureSet) -> Self:
        """The places in the rows of a feature set."""
        features = {
            "orders": total_of(feature_set, ORDERS, None),
            "order_days": total_of(feature_set, Measure("distinct", "day", ORDER), None),
            "spend": total_of(feature_set, SPEND, None),
            "gap": ratio_of(feature_set, GAP, GAPS),
            "silence": days_since(feature_set, LAST_ORDER),
            "tenure": days_since(feature_set, FIRST_ORDER),
        }
        return cls(**{name: None if f is None else feature_set.features.index(f) for name, f in features.items()})

    def figures(self, features: Floats) -> Mapping[str, Floats]:
        """The figures of so far by name, one entry a customer, NaN where unknown."""
        return {
            "historic_clv": _column(features, self.spend),
            "historic_number_of_orders": _column(features, self.orders),
            "average_days_between_orders": _column(features, self.gap),
            "days_since_last_order": _column(features, self.silence),
        }

    def ahead(self, features: Floats, model: OrdersModel | None, *, horizon: int, discount: float = 0.0) -> OrdersAhead:
        """What is to come within a horizon (µs): by the model, or without one by the pace of so far.

        Its value is what it is worth today at a yearly ``discount``.
        """
        if model is None or None in (self.order_days, self.silence, self.tenure):
            return self._by_rule(features, horizon / DAY, discount)
        return self._by_model(features, model, horizon / DAY, discount)

    def _by_rule(self, features: Floats, horizon: float, discount: float) -> OrdersAhead:
        orders, gaps, silence = (_column(features, place) for place in (self.orders, self.gap, self.silence))
        tenure, unknown = np.maximum(_column(features, self.tenure), LEAST_TENURE), np.full(len(features), np.nan)
        number = np.where(ordering(gaps, silence), orders / tenure * horizon, np.nan)
        next_order = NextOrder(RULE, unknown, unknown, days_to_next_order(gaps, silence), unknown)
        return OrdersAhead(number, unknown, np.full(len(features), present_value(horizon / 2, discount)), next_order)

    def _by_model(self, features: Floats, model: OrdersModel, horizon: float, discount: float) -> OrdersAhead:
        figures, present = (
            np.full((6, len(features)), np.nan),
            np.full(len(features), present_value(horizon / 2, discount)),
        )
        days, first, last, spend = (
            _column(features, place) for place in (self.order_days, self.tenure, self.silence, self.spend)
        )
        rows = np.flatnonzero((days > 0) & np.isfinite(first) & np.isfinite(last))
        histories = histories_from(days[rows], first[rows], last[rows])
        orders = model.timing.expected_orders(histories, horizon)
        figures[0, rows] = orders * model.orders_a_day
        if discount:
            worth = discounted_orders(model.timing, histories, horizon, yearly_rate=discount)
            present[rows] = np.divide(worth, orders, out=present[rows], where=orders > 0)
        if model.value is not None:
            brought = orders * model.value.expected_value(days[rows], spend[rows] / days[rows])
            figures[1, rows] = brought * present[rows]
        figures[2, rows] = model.timing.returned(histories, horizon)
        figures[3:, rows] = times_to_next_order(model.timing, histories, model.shares, within=WITHIN).T
        return OrdersAhead(figures[0], figures[1], present, NextOrder(MODEL, *figures[2:]))


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
