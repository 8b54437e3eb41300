"""Subscription end: will the subscriptions of a customer be over within the horizon, and for this reason?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

import narwhals as nw

from features.config.sections.targets.targets import SubscriptionEndSettings
from features.language.defaults.orders import EVER
from features.language.defaults.subscriptions import END, RENEWAL, START
from features.language.terms import Measure, Term, where
from features.profiles.fitted.feature_set import FeatureSet
from features.units import DAY
from training.targets.frame.lookup import days_since, feature_of, ratio_of, total_of
from training.targets.frame.rules import Rule, rules_on, soonest
from training.targets.frame.target import ScoreKind
from training.targets.populations.customers import Customers, Frame
from training.targets.populations.members import InForce


@dataclass(frozen=True)
class SubscriptionEnd(Customers):
    """The label is 1 for a customer who has none in force any more at the end of the horizon.

    What took the last one counts: with a ``reason``, whoever it took for another has no row, for it is not known what
    they would have done.

    >>> SubscriptionEnd("churn", "subscription_end", 28 * DAY, "cancelled").description
    'Of customers with a subscription in force: the last of theirs has ended (cancelled) in the next 28 days.'
    """

    type: ClassVar[str] = "subscription_end"
    score_kind: ClassVar[ScoreKind] = "probability"
    headline: ClassVar[str] = "churn_probability"
    columns: ClassVar[tuple[str, ...]] = ("status",)

    reason: str | None

    @classmethod
    def declared(cls, name: str, settings: SubscriptionEndSettings) -> Self:
        """The target that an entry under ``targets:`` declares."""
        return cls(name, END, settings.horizon, settings.reason)

    @property
    def members(self) -> InForce:
        """Customers with a subscription in force."""
        return InForce()

    @property
    def event_words(self) -> Mapping[str, str]:
        """The reason is the status of an end."""
        return {} if self.reason is None else {"status": self.reason}

    def outcomes(self, events: Frame, *, as_of: int) -> Frame:
        """The population at ``as_of`` and what came of it: ``customer_id, as_of, y``.

        An end that was not known then comes after it, whenever it was.
        """
        known, weight = nw.col("known_at") <= as_of, self.members.weight
        ends = (nw.col("kind") == END) & ~known
        counting = ends if self.reason is None else ends & (nw.col("status") == self.reason)
        last, chosen = (nw.when(which).then(nw.col("time")).max() for which in (ends, counting))
        goes_on = nw.col("left") > 0
        return (
            events.filter(~nw.col("customer_id").is_null(), self._near(as_of))
            .group_by("customer_id")
            .agg(
                nw.when(known).then(weight).otherwise(0).sum().alias("weight"),
                weight.sum().alias("left"),
                last.alias("last"),
                chosen.alias("chosen"),
            )
            .filter(nw.col("weight") > 0, goes_on | (nw.col("last") == nw.col("chosen")))
            .select(
                "customer_id",
                nw.lit(as_of).alias("as_of"),
                nw.when(goes_on).then(0).otherwise(1).cast(nw.Int64).alias("y"),
            )
        )

    @property
    def description(self) -> str:
        """The target in plain words."""
        reason = "" if self.reason is None else f" ({self.reason})"
        return (
            f"Of {self.members.words}: the last of theirs has ended{reason} in the next {self.horizon_us // DAY} days."
        )

    def rules(self, feature_set: FeatureSet) -> list[Rule]:
        """A renewal that is near or overdue, a short time since the start, few renewals, many ends before."""
        renews = Term(Measure("last", "renews_at", where(kind=(START, RENEWAL))), EVER)
        starts, renewals, ends = (Measure("sum", "one", where(kind=kind)) for kind in (START, RENEWAL, END))
        began, renewed = (
            days_since(feature_set, Measure("max", "time", where(kind=kind))) for kind in (START, RENEWAL)
        )
        return [
            *soonest(feature_of(feature_set, "until", renews)),
            *soonest(began),
            *rules_on([renewed, ratio_of(feature_set, ends, starts)]),
            *rules_on([total_of(feature_set, renewals, None)], -1.0),
        ]
