"""Uplift: how much more happens to a customer because they are treated, told by who was drawn for it and who not?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

import polars as pl

from features.config.sections.targets.uplift import UpliftSettings
from features.events.kinds import RETURNS
from features.events.knowledge import KNOWN_AT, known_events
from features.lake import Lake
from features.language.feature import Feature
from features.profiles.fitted.feature_set import FeatureSet
from features.units import DAY
from training.targets.frame.rules import Rule
from training.targets.frame.target import CUSTOMER, Asked, Population, ScoreKind
from training.targets.populations.later import ByTime

_NOBODY = pl.DataFrame(
    schema={"customer_id": pl.String, "as_of": pl.Int64, "known_at": pl.Int64, "y": pl.Int64, "treated": pl.Boolean}
)


@dataclass(frozen=True)
class Uplift:
    """A row is a customer on a day of the experiment, looked at from when the day begins; both arms alike.

    ``treated``, ``control`` and ``outcome`` are the words that columns of their events hold, the kind among them. The
    label is whether an outcome follows within the horizon, or its value; ``treated`` beside it says in which arm the
    customer was. Who was in both arms on one day is left out: what they were given is not known. With ``once`` only
    the first day of each customer counts.

    >>> arms = ({"kind": "contact"}, {"kind": "holdout"})
    >>> Uplift("mail", *arms, {"kind": "order"}, "happens", 14 * DAY, None).description
    'Of everyone: by how much contact, instead of holdout, raises the chance of order within 14 days.'
    """

    type: ClassVar[str] = "uplift"
    score_kind: ClassVar[ScoreKind] = "uplift"
    headline: ClassVar[str] = ""
    entity: ClassVar[tuple[str, ...]] = CUSTOMER
    pair_features: ClassVar[tuple[str, ...]] = ()
    settled_together: ClassVar[bool] = False
    from_table: ClassVar[bool] = True
    absence: ClassVar[bool] = False
    asked_of_orders: ClassVar[Asked | None] = None

    name: str
    treated: Mapping[str, str]
    control: Mapping[str, str]
    outcome: Mapping[str, str]
    measure: Literal["happens", "value"]
    horizon_us: int
    treated_share: float | None
    once: bool = False

    @classmethod
    def declared(cls, name: str, settings: UpliftSettings) -> Self:
        """The target that an entry under ``targets:`` declares."""
        said, (treated, control, outcome) = (
            settings,
            (each.where for each in (settings.treated, settings.control, settings.outcome)),
        )
        return cls(name, treated, control, outcome, said.measure, said.horizon, said.share, said.once)

    @property
    def in_money(self) -> bool:
        """Whether it is a difference of amounts."""
        return self.measure == "value"

    @property
    def event(self) -> str:
        """The kind of the outcome."""
        return self.outcome["kind"]

    @property
    def event_kinds(self) -> Sequence[str]:
        """The kinds of both arms and of the outcome."""
        return tuple(dict.fromkeys(each["kind"] for each in (self.treated, self.control, self.outcome)))

    @property
    def event_words(self) -> Mapping[str, str]:
        """The words of the outcome."""
        return {column: word for column, word in self.outcome.items() if column != "kind"}

    @property
    def description(self) -> str:
        """The target in plain words."""
        treated, control, outcome = (" ".join(each.values()) for each in (self.treated, self.control, self.outcome))
        what = "the chance" if self.measure == "happens" else "the value"
        ahead = self.horizon_us // DAY
        return (
            f"Of everyone: by how much {treated}, instead of {control}, raises {what} of {outcome} within {ahead} days."
        )

    def labels(self, lake: Lake, *, known_by: int | None = None) -> pl.DataFrame:
        """``customer_id, as_of, known_at, y, treated`` of everybody in one arm, by what is known at a moment."""
        every = lake.scan("events") if known_by is None else known_events(lake.scan("events"), known_by)
        kinds = pl.col("kind").is_in([*self.event_kinds, *self._returns])
        columns = {column for each in (self.treated, self.control, self.outcome) for column in each}
        read = dict.fromkeys(("fragment", "kind", "time", "value", *sorted(columns)))
        events = every.filter(kinds).select(*read, KNOWN_AT).collect()
        arms = events.filter(_holds(self.treated) | _holds(self.control))
        days = (arms["time"] // DAY).unique().sort().to_list()
        by_time = ByTime.of(events, lake)
        every_day = pl.concat([_NOBODY, *(self._of_day(by_time, day * DAY - 1) for day in days)])
        return _firsts(every_day) if self.once else every_day

    def _of_day(self, events: ByTime, as_of: int) -> pl.DataFrame:
        """Those of one day, looked at from just before it."""
        until = as_of + self.horizon_us
        found = events.told(after=as_of, as_of=as_of, until=max(until, as_of + DAY))
        today, within = pl.col("time") <= as_of + DAY, pl.col("time") <= until
        treated, control = ((_holds(arm) & today).any() for arm in (self.treated, self.control))
        rows = found.drop_nulls("customer_id").group_by("customer_id")
        arms = rows.agg(treated=treated, control=control, y=pl.when(within).then(self._counted).otherwise(0).sum())
        label = pl.col("y") if self.in_money else (pl.col("y") > 0)
        return (
            arms.filter(pl.col("treated") != pl.col("control"))
            .with_columns(pl.col("customer_id").cast(pl.String), y=label.cast(pl.Int64))
            .with_columns(as_of=pl.lit(as_of, pl.Int64), known_at=pl.lit(until, pl.Int64))
            .select(_NOBODY.columns)
            .sort("customer_id")
        )

    @property
    def _returns(self) -> tuple[str, ...]:
        """The kinds of events whose value comes off that of orders."""
        return RETURNS if self.in_money and self.event == "order" else ()

    @property
    def _counted(self) -> pl.Expr:
        """What an event counts: 1 or its value; less where it takes orders of these words back."""
        if not self.in_money:
            return pl.when(_holds(self.outcome)).then(1).otherwise(0)
        back = pl.col("kind").is_in(self._returns) & _holds(self.event_words)
        value = pl.col("value").fill_null(0)
        return pl.when(_holds(self.outcome)).then(value).when(back).then(-value).otherwise(0)

    def fresh_rows(self, lake: Lake, *, first: int, as_of: int) -> Iterator[pl.DataFrame]:  # noqa: ARG002
        """All of these."""
        yield self.labels(lake, known_by=as_of)

    def further_rows(self, lake: Lake, *, first: int, as_of: int) -> Iterator[pl.DataFrame]:  # noqa: ARG002
        """None."""
        return iter(())

    def early_rows(self, lake: Lake, *, first: int, as_of: int) -> None:
        """None: an experiment tells no level of a whole company at a moment."""

    def year_ago_rows(self, lake: Lake, *, first: int, as_of: int) -> Iterator[pl.DataFrame]:  # noqa: ARG002
        """None."""
        return iter(())

    def outcome_rows(self, lake: Lake, *, as_of: int, until: int | None) -> pl.DataFrame:
        """The rows after ``as_of``."""
        rows = self.labels(lake).filter(pl.col("as_of") >= as_of)
        return rows if until is None else rows.filter(pl.col("as_of") <= until)

    def came_of(self, lake: Lake, *, as_of: int) -> pl.DataFrame:
        """Who was first in an arm after ``as_of``."""
        return _firsts(self.outcome_rows(lake, as_of=as_of, until=None))

    def with_pair_features(self, lake: Lake, rows: pl.DataFrame) -> pl.DataFrame:  # noqa: ARG002
        """The rows as they are."""
        return rows

    def reads(self, feature: Feature) -> bool:  # noqa: ARG002
        """All of them."""
        return True

    def aligned_features(self, feature_set: FeatureSet) -> tuple[int, ...]:  # noqa: ARG002
        """None: the rows of a day are those who were drawn then."""
        return ()

    def rules(self, feature_set: FeatureSet) -> list[Rule]:  # noqa: ARG002
        """None: beside it stands a model of the outcome, the usual way to choose whom to contact."""
        return []

    def population(self, feature_set: FeatureSet) -> Population:  # noqa: ARG002
        """Everyone."""
        return Population()


def _firsts(rows: pl.DataFrame) -> pl.DataFrame:
    """The first row of each customer."""
    return rows.sort("as_of", "customer_id").unique("customer_id", keep="first", maintain_order=True)


def _holds(words: Mapping[str, str]) -> pl.Expr:
    """Whether an event's columns hold all these words."""
    tests = [pl.col(column) == word for column, word in words.items()]
    return pl.all_horizontal(pl.lit(value=True), *tests).fill_null(value=False)
