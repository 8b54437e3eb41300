"""Margin: what will a customer who was active bring within the horizon after what the goods cost?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import narwhals as nw
import polars as pl

from features.config.sections.targets.targets import MarginSettings
from features.lake import Lake
from features.profiles.fitted.feature_set import FeatureSet
from training.targets.frame.rules import Rule
from training.targets.populations.customers import Frame
from training.targets.spend import Spend


@dataclass(frozen=True)
class Margin(Spend):
    """The label is the value of the events in the horizon less their cost, net of what came back.

    The cost of a line is its own, or that of its item times the quantity; where neither is known, ``share`` of the
    value is left.

    >>> from features.units import DAY
    >>> Margin("margin", event="order", horizon_us=84 * DAY, active_us=84 * DAY, share=0.3).description
    'Of customers with order in the last 84 days: margin of order in the next 84 days, net of cancel and refund.'
    """

    type: ClassVar[str] = "margin"
    headline: ClassVar[str] = "predicted_margin"
    columns: ClassVar[tuple[str, ...]] = ("value", "cost")
    label: ClassVar[nw.Expr] = nw.col("counted").round()
    noun: ClassVar[str] = "margin"

    share: float

    @classmethod
    def declared(cls, name: str, settings: MarginSettings) -> Self:  # type: ignore[override]
        """The target that an entry under ``targets:`` declares."""
        return cls(name, settings.event, settings.horizon, settings.active, settings.margin)

    @property
    def worth(self) -> nw.Expr:
        """What is left of an event's value after its cost."""
        value, cost = nw.col("value"), nw.col("cost")
        return nw.when(cost.is_null()).then(value * self.share).otherwise((value - cost) * 1.0)

    def rules(self, feature_set: FeatureSet) -> list[Rule]:
        """Those of spend, of which the share is left."""
        return [Rule(rule.feature, rule.factor * self.share) for rule in super().rules(feature_set)]

    def read(self, lake: Lake, events: Frame) -> Frame:
        """Events with their cost, or that of so many of their item."""
        items = lake.scan("items").select("item_id", each=pl.col("cost")).unique("item_id", keep="any")
        told = events.join(nw.from_native(items), on="item_id", how="left")
        cost = nw.coalesce(nw.col("cost") * 1.0, nw.col("each") * nw.col("quantity").fill_null(1.0))
        return told.with_columns(cost.alias("cost"))
