"""Redemption: will a customer whom a campaign reached respond to it within the horizon?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import narwhals as nw
import polars as pl

from features.config.sections.targets.targets import RedemptionSettings
from features.events.knowledge import KNOWN_AT, known_events
from features.identity.people import People
from features.lake import Lake
from features.language.defaults.orders import ORDERS
from features.language.feature import Feature
from features.language.terms import Measure, where
from features.profiles.fitted.feature_set import FeatureSet
from features.profiles.pairs.campaigns import campaigns
from features.profiles.pairs.features import PAIR_FEATURES
from features.profiles.pairs.frames import pair_frame
from features.units import DAY
from training.targets.frame.lookup import ratio_of, total_of
from training.targets.frame.rules import Rule, rules_on
from training.targets.frame.target import PAIR, Asked, Population, ScoreKind
from training.targets.populations.contacts import Frame, contacts, outcomes, running_contacts
from training.targets.populations.later import told_over_time
from training.targets.populations.origins import WARM_UP

WEEK = 7 * DAY  # between the moments at which running campaigns are looked at: each sees only a few


@dataclass(frozen=True)
class Redemption:
    """A row is a contact: an ``event`` of a campaign that has offers; the label is 1 if a ``response`` followed.

    >>> Redemption("offer", event="contact", response="redeem", horizon_us=56 * DAY).description
    'Of customers reached by contact: redeem of that campaign within 56 days.'
    """

    type: ClassVar[str] = "redemption"
    score_kind: ClassVar[ScoreKind] = "probability"
    headline: ClassVar[str] = "propensities"
    in_money: ClassVar[bool] = False
    entity: ClassVar[tuple[str, ...]] = PAIR
    pair_features: ClassVar[tuple[str, ...]] = PAIR_FEATURES
    settled_together: ClassVar[bool] = False
    from_table: ClassVar[bool] = False
    absence: ClassVar[bool] = False
    asked_of_orders: ClassVar[Asked | None] = None
    treated_share: ClassVar[float | None] = None

    name: str
    event: str
    response: str
    horizon_us: int

    @classmethod
    def declared(cls, name: str, settings: RedemptionSettings) -> Self:
        """The target that an entry under ``targets:`` declares."""
        return cls(name, settings.contact, settings.response, settings.horizon)

    @property
    def description(self) -> str:
        """The target in plain words."""
        ahead = self.horizon_us // DAY
        return f"Of customers reached by {self.event}: {self.response} of that campaign within {ahead} days."

    @property
    def event_kinds(self) -> Sequence[str]:
        """Contacts and responses."""
        return (self.event, self.response)

    @property
    def event_words(self) -> Mapping[str, str]:
        """None."""
        return {}

    def contacts(self, lake: Lake, *, known_by: int | None = None) -> pl.DataFrame:
        """Every contact at its own moment, and its outcome by what is known by a later one."""
        own = lake.scan("events").filter(pl.col("kind") == self.event)
        times = own.select(KNOWN_AT.unique().sort()).collect()["known_at"].to_list()
        people, events, ends = self._contacts(lake, times, known_by)
        rows = contacts(events, ends, contact=self.event, horizon_us=self.horizon_us).to_native().collect()
        return self._outcomes(lake, people.told(rows), known_by)

    def running(self, lake: Lake, *, moments: Sequence[int], known_by: int | None = None) -> pl.DataFrame:
        """At each moment, the customers whom a campaign that still runs had reached before."""
        people, events, ends = self._contacts(lake, sorted(moments), known_by)
        frames = [
            running_contacts(events, ends, contact=self.event, horizon_us=self.horizon_us, as_of=moment)
            for moment in moments
        ]
        rows = pl.concat([frame.to_native() for frame in frames]).collect()
        return self._outcomes(lake, people.told(rows), known_by)

    def fresh_rows(self, lake: Lake, *, first: int, as_of: int) -> Iterator[pl.DataFrame]:  # noqa: ARG002
        """Every contact at its own moment."""
        yield self.contacts(lake, known_by=as_of)

    def further_rows(self, lake: Lake, *, first: int, as_of: int) -> Iterator[pl.DataFrame]:
        """Weekly looks at running campaigns, as they are scored.

        A contact is looked at for a horizon and while its campaign runs: until its outcome is known. So no moment has
        looks at a contact on both its sides, some known before it and some begun after it.
        """
        yield self.running(lake, moments=range(as_of, min(first + WARM_UP, as_of) - 1, -WEEK), known_by=as_of)

    def early_rows(self, lake: Lake, *, first: int, as_of: int) -> None:
        """None: contacts have moments of their own."""

    def year_ago_rows(self, lake: Lake, *, first: int, as_of: int) -> Iterator[pl.DataFrame]:  # noqa: ARG002
        """None."""
        return iter(())

    def outcome_rows(self, lake: Lake, *, as_of: int, until: int | None) -> pl.DataFrame:
        """The contacts in ``(as_of, until]``."""
        rows = self.contacts(lake).filter(pl.col("as_of") > as_of)
        return rows if until is None else rows.filter(pl.col("as_of") <= until)

    def came_of(self, lake: Lake, *, as_of: int) -> pl.DataFrame:
        """The customers whom a campaign that still runs had reached before."""
        return self.running(lake, moments=[as_of])

    def with_pair_features(self, lake: Lake, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows with the features of customer and campaign at the row's moment."""
        pairs = rows.select("customer_id", "as_of", "campaign_id")
        features = pair_frame(lake, pairs, contact=self.event, response=self.response).select(PAIR_FEATURES)
        return pl.concat([rows, features], how="horizontal")

    def reads(self, feature: Feature) -> bool:  # noqa: ARG002
        """All of them."""
        return True

    def aligned_features(self, feature_set: FeatureSet) -> tuple[int, ...]:  # noqa: ARG002
        """None: a moment's rows are the customers whom a campaign chose, no peers of those of another."""
        return ()

    def rules(self, feature_set: FeatureSet) -> list[Rule]:
        """What was taken up before, as often as reached, and what links the customer to the campaign's products.

        Each did best when every feature alone was tried on The Complete Journey before the days of the test.
        """
        uptake = [f for kind in ("coupon_applied", self.response) for f in self._uptake(feature_set, kind)]
        return [*rules_on(uptake), *(Rule(name) for name in AFFINITY)]

    def _uptake(self, feature_set: FeatureSet, kind: str) -> Iterable[Feature | None]:
        count, reached = (Measure("sum", "one", where(kind=each)) for each in (kind, self.event))
        yield from (total_of(feature_set, count, days) for days in (90, 180, None))
        yield ratio_of(feature_set, count, ORDERS)
        yield ratio_of(feature_set, count, reached)

    def population(self, feature_set: FeatureSet) -> Population:  # noqa: ARG002
        """Every customer: a pair only exists where a running campaign reached them."""
        return Population()

    def _contacts(self, lake: Lake, moments: Sequence[int], known_by: int | None) -> tuple[People, Frame, Frame]:
        """People at moments, the contacts of theirs that are known by another, and when each campaign ends."""
        ends = pl.LazyFrame(
            [(c.campaign_id, c.ends) for c in campaigns(lake).values()],
            schema={"campaign_id": pl.String, "ends": pl.Int64},
            orient="row",
        )
        people = People.at(lake, moments)
        every = people.customer_events() if known_by is None else known_events(people.customer_events(), known_by)
        own = every.filter(pl.col("kind") == self.event)
        events = own.select("customer_id", "campaign_id", "kind", "time", KNOWN_AT)
        return people, nw.from_native(events.collect().lazy()), nw.from_native(ends)

    def _outcomes(self, lake: Lake, rows: pl.DataFrame, known_by: int | None) -> pl.DataFrame:
        """Contacts with their outcomes: a response is by whoever its person is as known when the outcome is."""
        every = lake.scan("events") if known_by is None else known_events(lake.scan("events"), known_by)
        responses = every.filter(pl.col("kind") == self.response)
        told = told_over_time(responses.select("fragment", "campaign_id", "time", told_at=KNOWN_AT), lake)
        found = outcomes(nw.from_native(rows.lazy()), nw.from_native(told.drop("fragment").collect().lazy()))
        return found.to_native().collect().sort("as_of", "campaign_id", "customer_id")


AFFINITY = ("affinity_coupons_all", "affinity_lines_all", "affinity_lines_90d", "affinity_spend_90d")
