"""Event: will something happen to a customer within the horizon?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

import narwhals as nw

from features.config.sections.targets.targets import EventSettings
from features.lake import Lake
from features.language.defaults.orders import ORDERS
from features.language.terms import Measure, where
from features.profiles.fitted.feature_set import FeatureSet
from features.units import DAY
from training.targets.frame.lookup import days_since, total_of
from training.targets.frame.rules import Rule, rules_on, soonest
from training.targets.frame.target import ScoreKind
from training.targets.populations.customers import Customers, Frame
from training.targets.populations.members import Active, Everyone, InForce


@dataclass(frozen=True)
class Event(Customers):
    """The label is 1 for a customer with an ``event`` in the horizon whose columns hold these ``words``.

    ``among`` says who is asked about; ``active_event`` and ``active_us`` who of them is active.

    >>> Event("tea", "order", 28 * DAY, "everyone", "order", 56 * DAY, {"category": "Tea"}).description
    'Of customers: order of category Tea in the next 28 days.'
    """

    type: ClassVar[str] = "event"
    score_kind: ClassVar[ScoreKind] = "probability"
    headline: ClassVar[str] = ""
    columns: ClassVar[tuple[str, ...]] = ("tells",)
    label: ClassVar[nw.Expr] = nw.when(nw.col("counted") > 0).then(1).otherwise(0)

    among: str
    active_event: str
    active_us: int
    words: Mapping[str, str]

    @classmethod
    def declared(cls, name: str, settings: EventSettings) -> Self:
        """The target that an entry under ``targets:`` declares."""
        active = settings.active_event or settings.event
        return cls(name, settings.event, settings.horizon, settings.among, active, settings.active, settings.where)

    @property
    def members(self) -> Active | Everyone | InForce:
        """Who is asked about."""
        if self.among == "active":
            return Active(self.active_event, self.active_us)
        return Everyone() if self.among == "everyone" else InForce()

    @property
    def event_words(self) -> Mapping[str, str]:
        """The words that the events' columns hold."""
        return self.words

    @property
    def told_by(self) -> nw.Expr:
        """The events of the kind with these words."""
        tests = [nw.col(column) == word for column, word in self.words.items()]
        return nw.all_horizontal(nw.col("kind") == self.event, *tests, ignore_nulls=False)

    @property
    def counted(self) -> nw.Expr:
        """1 for each of them."""
        return nw.col("tells")

    def read(self, lake: Lake, events: Frame) -> Frame:  # noqa: ARG002
        """Events, and which of them it is."""
        return events.with_columns(nw.when(self.told_by).then(1).otherwise(0).alias("tells"))

    @property
    def description(self) -> str:
        """The target in plain words."""
        of = "".join(f" of {column.removesuffix('_id')} {word}" for column, word in self.words.items())
        return f"Of {self.members.words}: {self.event}{of} in the next {self.horizon_us // DAY} days."

    def rules(self, feature_set: FeatureSet) -> list[Rule]:
        """Many such events so far, or a short time since the last."""
        events = where(kind=self.event, **self.words)
        count = ORDERS if self.event == "order" and not self.words else Measure("sum", "one", events)
        spans = (*sorted({self.horizon_us // DAY, 28, 56, 90, 180}), None)
        counts = [total_of(feature_set, count, days) for days in spans]
        return [*rules_on(counts), *soonest(days_since(feature_set, Measure("max", "time", events)))]
