"""The model of orders from what was known at a moment, of those who allow it."""

from __future__ import annotations

import logging
from collections.abc import Collection

import polars as pl

from features.arrays import Floats
from features.config.settings import Settings
from features.errors import StamkundError
from features.lake import Lake
from features.privacy.gatekeeper import Gatekeeper
from training.btyd import GammaGamma, fit_regular
from training.orders.model import OrdersModel
from training.orders.moments import customers_of, histories_at, next_orders, order_moments
from training.orders.shares import SHARES, Shares, shares_of

log = logging.getLogger("stamkund.training")


def keep_orders(
    settings: Settings,
    lake: Lake,
    *,
    as_of: int,
    used_at: int,
    keeper: Gatekeeper | None = None,
    without: Collection[str] = (),
) -> OrdersModel | None:
    """Fit the model of orders and keep it, in place of one that is not newer; None where none is fitted.

    What the orders do not tell is said in a warning: then what answered before goes on, or else a rule.
    """
    moments = order_moments(lake, settings.timezone, as_of=as_of, keeper=keeper, without=without)
    if not moments["ordered"].any():
        return None
    try:
        model = fit_orders(moments, minor_units=settings.minor_units, as_of=as_of, used_at=used_at)
    except StamkundError as error:
        log.warning("%s: The next order is told as before, without a new model of orders. %s", error.code, error)
        return None
    if (newer := _as_of(settings)) is not None and newer > as_of:
        log.warning("older_than_champion: A model of orders of a later moment is there, and goes on.")
    else:
        model.save(settings.orders)
    return model


def fit_orders(moments: pl.DataFrame, *, minor_units: int, as_of: int, used_at: int) -> OrdersModel:
    """The model of customers' orders; refused where they do not tell when orders come."""
    customers = customers_of(moments, as_of=as_of)
    days, net = (customers[name].cast(pl.Float64).to_numpy() for name in ("order_days", "net_value"))
    return OrdersModel(
        as_of=as_of,
        used_at=used_at,
        customers=len(customers),
        orders_a_day=float(customers["orders"].sum() / days.sum()),
        timing=fit_regular(histories_at(customers, as_of=as_of)),
        value=_value(days, net / days / 10**minor_units),
        shares=_shares(moments, as_of=as_of),
    )


def _shares(moments: pl.DataFrame, *, as_of: int) -> Shares:
    """What a model of three quarters of the history shows of itself in the last quarter."""
    time = pl.col("time").filter("ordered")
    first = int(moments.select(time.min()).item())
    early = as_of - (as_of - first) // 4
    customers = customers_of(moments, as_of=early)
    try:
        histories = histories_at(customers, as_of=early)
        timing = fit_regular(histories)
    except StamkundError:
        return SHARES
    days, came = next_orders(customers, moments, as_of=early, until=as_of)
    return shares_of(timing.returned(histories, days), came)


def _value(days: Floats, mean_value: Floats) -> GammaGamma | None:
    if not (mean_value > 0).any():
        return None  # a company that tells no values
    try:
        return GammaGamma.fit(days, mean_value)
    except StamkundError as error:
        log.warning("%s: What an order brings is told by a model of spend alone. %s", error.code, error)
        return None


def _as_of(settings: Settings) -> int | None:
    """The moment of the model that is there; None without one that can be read."""
    try:
        model = OrdersModel.load(settings.orders)
    except StamkundError:
        return None
    return model.as_of if model else None
