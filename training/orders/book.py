"""The order book: the orders of a sample of customers, from which a model of orders is fitted as of any moment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import polars as pl

from features.arrays import Ints, Mask
from features.errors import StamkundError
from features.lake import Lake
from features.language.defaults.orders import FIRST_ORDER, LAST_ORDER, ORDER, SPEND
from features.language.terms import Measure
from features.privacy.gatekeeper import Gatekeeper
from features.profiles.fitted.feature_set import FeatureSet
from features.units import DAY
from training.btyd import GammaGamma, fit_regular
from training.orders.moments import customers_of, histories_at, order_moments
from training.orders.told import OrderColumns, OrdersTold
from training.targets.frame.lookup import days_since, total_of
from training.targets.frame.target import Asked, Target

CUSTOMERS: Final = 20_000  # tell a handful of parameters as well as a million do


@dataclass(frozen=True)
class OrderBook:
    """An entry for each moment (``time``, µs) at which a ``customer`` (number) ordered or brought back.

    The other columns are those of :func:`training.orders.moments.order_moments`; amounts are in minor units, of which
    ``scale`` make one. ``asked``, ``horizon`` (days) and ``columns`` are those of :class:`OrdersTold`.
    """

    asked: Asked
    horizon: float
    columns: OrderColumns
    scale: int
    customer: Ints
    time: Ints
    day: Ints
    orders: Ints
    net: Ints
    ordered: Mask

    def at(self, moment: int) -> OrdersTold | None:
        """What the orders up to a moment tell; None where they do not tell it."""
        if moment not in self._told:
            self._told[moment] = self._fitted(moment)
        return self._told[moment]

    @cached_property
    def _told(self) -> dict[int, OrdersTold | None]:
        return {}

    def _fitted(self, moment: int) -> OrdersTold | None:
        names = ("time", "day", "orders", "net", "ordered")
        moments = pl.DataFrame({"customer_id": self.customer, **{name: getattr(self, name) for name in names}})
        customers = customers_of(moments, as_of=moment)
        days, net = (customers[name].cast(pl.Float64).to_numpy() for name in ("order_days", "net_value"))
        try:
            timing = fit_regular(histories_at(customers, as_of=moment))
            value = GammaGamma.fit(days, net / days / self.scale) if self.asked == "worth" else None
        except StamkundError:
            return None
        return OrdersTold(self.asked, self.horizon, self.columns, timing, value)


def order_books(
    lake: Lake,
    feature_set: FeatureSet,
    targets: Collection[Target],
    *,
    as_of: int,
    scale: int,
    keeper: Gatekeeper | None = None,
    without: Collection[str] = (),
) -> dict[str, OrderBook]:
    """The order books, as known at a moment, of those targets of which orders tell something."""
    columns = _columns(feature_set)
    asking = [target for target in targets if target.asked_of_orders and target.event == "order"]
    if columns is None or not asking:
        return {}
    timezone = feature_set.plan.timezone
    moments = order_moments(lake, timezone, as_of=as_of, keeper=keeper, without=without, most=CUSTOMERS)
    told = moments.sort("customer_id", "time").with_columns(customer=pl.col("customer_id").rle_id().cast(pl.Int64))
    names = ("customer", "time", "day", "orders", "net", "ordered")
    arrays = {name: told[name].to_numpy() for name in names}
    return {
        target.name: OrderBook(target.asked_of_orders, target.horizon_us / DAY, columns, scale, **arrays)
        for target in asking
        if target.asked_of_orders
    }


def _columns(feature_set: FeatureSet) -> OrderColumns | None:
    """Where the features of orders stand; None where the set lacks one."""
    found = (
        total_of(feature_set, Measure("distinct", "day", ORDER), None),
        days_since(feature_set, FIRST_ORDER),
        days_since(feature_set, LAST_ORDER),
        total_of(feature_set, SPEND, None),
    )
    return OrderColumns(*(feature_set.features.index(each) for each in found if each)) if all(found) else None
