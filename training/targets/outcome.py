"""Outcome: what will a column of a table say of those of whom it says nothing yet?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

import polars as pl

from features.config.sections.targets.targets import OutcomeSettings
from features.lake import Lake
from features.language.feature import Feature
from features.profiles.fitted.feature_set import FeatureSet
from features.units import DAY
from training.targets.frame.rules import Rule, rules_of_attribute
from training.targets.frame.target import CUSTOMER, Asked, Population, ScoreKind
from training.targets.populations.table_rows import labelled, table_rows


@dataclass(frozen=True)
class Outcome:
    """The label is the ``column`` of a customer's row: whether it says yes, or the amount that it says.

    Rows of ``snapshots`` have moments of their own: features see the row, what customers tell, and the events up to
    then. Rows of ``customers`` have none, so that nothing but the other columns is known to come before the outcome.

    >>> Outcome("churn", "Churn", "customers", "probability", None, (), 0).description
    'Of customers: Churn in the table customers.'
    """

    type: ClassVar[str] = "outcome"
    headline: ClassVar[str] = ""
    in_money: ClassVar[bool] = False
    entity: ClassVar[tuple[str, ...]] = CUSTOMER
    pair_features: ClassVar[tuple[str, ...]] = ()
    settled_together: ClassVar[bool] = True
    from_table: ClassVar[bool] = True
    absence: ClassVar[bool] = False
    asked_of_orders: ClassVar[Asked | None] = None
    treated_share: ClassVar[float | None] = None

    name: str
    column: str
    table: Literal["customers", "snapshots"]
    score_kind: ScoreKind
    yes: str | None
    leave_out: tuple[str, ...]
    horizon_us: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "leave_out", tuple(self.leave_out))  # a list where it comes from JSON

    @classmethod
    def declared(cls, name: str, settings: OutcomeSettings) -> Self:
        """The target that an entry under ``targets:`` declares."""
        said = settings
        return cls(name, said.column, said.table, said.predict, said.yes, said.leave_out, said.horizon)

    @property
    def event(self) -> str:
        """None: it is the column."""
        return self.column

    @property
    def event_kinds(self) -> Sequence[str]:
        """None."""
        return ()

    @property
    def event_words(self) -> Mapping[str, str]:
        """None."""
        return {}

    @property
    def description(self) -> str:
        """The target in plain words."""
        says = "" if self.yes is None else f" says {self.yes}"
        after = f", {self.horizon_us // DAY} days after the row's moment" if self.horizon_us else ""
        return f"Of customers: {self.column}{says} in the table {self.table}{after}."

    def labels(self, lake: Lake, *, as_of: int) -> pl.DataFrame:
        """Every row of the table up to ``as_of``; a label that is not there yet is null."""
        rows = table_rows(lake, self.table, self.column, as_of=as_of)
        return labelled(
            rows,
            name=self.name,
            column=self.column,
            score_kind=self.score_kind,
            yes=self.yes,
            horizon_us=self.horizon_us,
        )

    def fresh_rows(self, lake: Lake, *, first: int, as_of: int) -> Iterator[pl.DataFrame]:  # noqa: ARG002
        """All of these."""
        yield self.labels(lake, as_of=as_of)

    def further_rows(self, lake: Lake, *, first: int, as_of: int) -> Iterator[pl.DataFrame]:  # noqa: ARG002
        """None."""
        return iter(())

    def early_rows(self, lake: Lake, *, first: int, as_of: int) -> None:
        """None: rows come when they come, and tell no level of a whole company at a moment."""

    def year_ago_rows(self, lake: Lake, *, first: int, as_of: int) -> Iterator[pl.DataFrame]:  # noqa: ARG002
        """None."""
        return iter(())

    def outcome_rows(self, lake: Lake, *, as_of: int, until: int | None) -> pl.DataFrame:
        """The rows of snapshots after ``as_of`` whose outcome is there; those of customers have no time."""
        last = 2**62 if until is None else until
        rows = self.labels(lake, as_of=last if self.table == "snapshots" else as_of)
        return rows.filter(pl.col("as_of") > as_of, pl.col("y").is_not_null())

    def came_of(self, lake: Lake, *, as_of: int) -> pl.DataFrame:
        """The rows of snapshots after ``as_of``."""
        return self.outcome_rows(lake, as_of=as_of, until=None)

    def with_pair_features(self, lake: Lake, rows: pl.DataFrame) -> pl.DataFrame:  # noqa: ARG002
        """The rows as they are."""
        return rows

    def reads(self, feature: Feature) -> bool:
        """Whether its models read a feature: those of the other columns, and of events where the row has a moment."""
        attribute = feature.attribute
        if attribute is None:
            return self.table == "snapshots"
        left_out = attribute.name in (self.column, *self.leave_out)
        return not left_out and (self.table == "snapshots" or attribute.origin != "snapshots")

    def aligned_features(self, feature_set: FeatureSet) -> tuple[int, ...]:  # noqa: ARG002
        """None: the rows of a moment are those that somebody looked at then."""
        return ()

    def rules(self, feature_set: FeatureSet) -> list[Rule]:
        """Each other column alone: more or less of a number, one of its words, that it is there at all."""
        own = (feature for feature in feature_set.features if feature.attribute and self.reads(feature))
        return [rule for feature in own for rule in rules_of_attribute(feature)]

    def population(self, feature_set: FeatureSet) -> Population:  # noqa: ARG002
        """Everyone: also who has an outcome already, and who is not in the table."""
        return Population()
