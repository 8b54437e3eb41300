"""Who belongs to a population at a moment: by the events known by then, and by a feature of the same meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import narwhals as nw

from features.errors import StamkundError
from features.language.defaults.subscriptions import END, START
from features.language.terms import Measure, where
from features.profiles.fitted.feature_set import FeatureSet
from features.units import DAY
from training.targets.frame.lookup import days_since, ratio_of
from training.targets.frame.target import Population


class Members(Protocol):
    """The customers whose events known at a moment weigh more than 0 in sum.

    ``look_back_us`` is how long before the moment events weigh; None for ever.
    """

    @property
    def look_back_us(self) -> int | None:
        """How long before the moment events weigh; None for ever."""

    @property
    def kinds(self) -> Sequence[str]:
        """The kinds of events without which nobody belongs to it; none where any will do."""

    @property
    def weight(self) -> nw.Expr:
        """What each event weighs."""

    @property
    def needed(self) -> nw.Expr:
        """The events, by ``fragment, kind, time, known_at``, that are enough to tell."""

    @property
    def words(self) -> str:
        """Whom it means, after 'Of'."""

    def population(self, feature_set: FeatureSet, name: str) -> Population:
        """The same by a feature; the error of the target of that ``name`` where the set lacks it."""


@dataclass(frozen=True)
class Active:
    """Customers with an ``event`` in ``(as_of − look_back, as_of]``."""

    event: str
    look_back_us: int

    @property
    def kinds(self) -> Sequence[str]:
        """The one kind."""
        return (self.event,)

    @property
    def weight(self) -> nw.Expr:
        """1 for each event of the kind."""
        return nw.when(nw.col("kind") == self.event).then(1).otherwise(0)

    @property
    def needed(self) -> nw.Expr:
        """All events of the kind."""
        return nw.col("kind") == self.event

    @property
    def words(self) -> str:
        """Whom it means."""
        return f"customers with {self.event} in the last {self.look_back_us // DAY} days"

    def population(self, feature_set: FeatureSet, name: str) -> Population:
        """Customers whose last event is no longer ago than the window."""
        last = days_since(feature_set, Measure("max", "time", where(kind=self.event)))
        if last is None:
            text = (
                f"'{name}' is about customers with '{self.event}' events in the last {self.look_back_us // DAY} "
                "days, and no feature counts the days since the last one. Run `stamkund build --refit`. Where they are "
                f"too rare for features of their own, add `take: days_since, kind: {self.event}` under `features.add`."
            )
            raise StamkundError("feature_missing", text, field=name)
        return Population(feature_set.features.index(last), self.look_back_us / DAY)


@dataclass(frozen=True)
class Everyone:
    """Customers with any event so far."""

    look_back_us: None = None
    kinds: Sequence[str] = ()
    words: str = "customers"

    @property
    def weight(self) -> nw.Expr:
        """1 for each event."""
        return nw.lit(1)

    @property
    def needed(self) -> nw.Expr:
        """The first that is known of each fragment."""
        return nw.col("known_at") == nw.col("known_at").min().over("fragment")

    def population(self, feature_set: FeatureSet, name: str) -> Population:  # noqa: ARG002
        """Everyone."""
        return Population()


@dataclass(frozen=True)
class InForce:
    """Customers with a subscription in force: more of theirs began than ended."""

    look_back_us: None = None
    kinds: Sequence[str] = (START, END)
    words: str = "customers with a subscription in force"

    @property
    def weight(self) -> nw.Expr:
        """1 for each beginning, −1 for each end."""
        begun, ended = (nw.when(nw.col("kind") == kind).then(1).otherwise(0) for kind in (START, END))
        return begun - ended

    @property
    def needed(self) -> nw.Expr:
        """All beginnings and ends."""
        return nw.col("kind").is_in((START, END))

    def population(self, feature_set: FeatureSet, name: str) -> Population:
        """Customers with fewer ends than beginnings."""
        ends, starts = (Measure("sum", "one", where(kind=kind)) for kind in (END, START))
        share = ratio_of(feature_set, ends, starts)
        if share is None:
            text = (
                f"'{name}' is about customers with a subscription in force, and no feature tells who has one: too few "
                f"events of the kinds {START} and {END} are known. Map them, then run `stamkund build --refit`."
            )
            raise StamkundError("feature_missing", text, field=name)
        return Population(feature_set.features.index(share), 1.0)
