"""What every type of target says: whom it is about, what is to be predicted, and what follows from that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol

import numpy as np
import polars as pl

from features.arrays import Floats, Mask
from features.lake import Lake
from features.language.feature import Feature
from features.profiles.fitted.feature_set import FeatureSet
from training.targets.frame.rules import Rule

ScoreKind = Literal["probability", "amount", "uplift"]
Asked = Literal["none", "number", "worth"]
CUSTOMER = ("customer_id",)
PAIR = ("customer_id", "campaign_id")


@dataclass(frozen=True)
class Population:
    """The customers whom a model scores: those whose feature at place ``column`` is below ``limit``.

    >>> Population(1, 56.0).mask(np.array([[3.0, 10.0], [3.0, 56.0], [3.0, np.nan]])).tolist()
    [True, False, False]
    >>> Population().mask(np.zeros((2, 1))).tolist()
    [True, True]
    """

    column: int | None = None
    limit: float = np.inf

    def mask(self, features: Floats) -> Mask:
        """Which rows of a feature matrix belong to it."""
        if self.column is None:
            return np.ones(len(features), dtype=np.bool_)
        return np.asarray(features[:, self.column] < self.limit, dtype=np.bool_)


class Target(Protocol):
    """One thing to predict. Features see ``(as_of − window, as_of]``, the label ``(as_of, as_of + horizon]``.

    ``type`` is the word in ``stamkund.yaml``; ``headline`` the figure of an answer that the first model of this type
    fills, empty for none; ``entity`` the columns that a row stands for.
    ``settled_together`` says that all outcomes of a moment are known at once, a horizon later. ``from_table`` says that
    labels are a column of a table: customers need no events then, and there may be no time behind the rows.
    ``absence`` says that a label of 1 means that nothing happened, ``asked_of_orders`` what a model of orders says of
    it where its ``event`` is an order: that none follows, their number or their worth; None for nothing.

    Rows are frames of ``entity, as_of, known_at, y``: ``known_at`` is when the label ``y`` is known; of an uplift also
    ``treated``, in which arm. Times are in µs,
    money in minor units. They come some moments at a time, each moment whole, at least one frame.
    """

    __dataclass_fields__: ClassVar[dict[str, Any]]
    type: ClassVar[str]
    headline: ClassVar[str]
    entity: ClassVar[tuple[str, ...]]
    pair_features: ClassVar[tuple[str, ...]]
    settled_together: ClassVar[bool]
    from_table: ClassVar[bool]
    absence: ClassVar[bool]
    asked_of_orders: ClassVar[Asked | None]

    @property
    def score_kind(self) -> ScoreKind:
        """Whether its models say a probability, an amount, or by how much being treated raises one of them."""

    @property
    def in_money(self) -> bool:
        """Whether amounts are money."""

    @property
    def treated_share(self) -> float | None:
        """Of an experiment, the share of the treated by which customers were drawn, where it is said."""

    @property
    def name(self) -> str:
        """The target's name in the settings, and its models'."""

    @property
    def event(self) -> str:
        """The kind of event that it is about."""

    @property
    def horizon_us(self) -> int:
        """How far the label looks ahead."""

    @property
    def description(self) -> str:
        """The target in plain words."""

    @property
    def event_kinds(self) -> Sequence[str]:
        """The kinds of events without which there is no population or no label."""

    @property
    def event_words(self) -> Mapping[str, str]:
        """The words that columns of its ``event`` must hold."""

    def fresh_rows(self, lake: Lake, *, first: int, as_of: int) -> Iterator[pl.DataFrame]:
        """The rows that count as outcomes: at ``as_of``, and before it back to ``first``."""

    def further_rows(self, lake: Lake, *, first: int, as_of: int) -> Iterator[pl.DataFrame]:
        """Rows at moments between those of :meth:`fresh_rows`: models learn from them, but they are no new outcomes."""

    def early_rows(self, lake: Lake, *, first: int, as_of: int) -> Iterator[pl.DataFrame] | None:
        """Rows whose label looks ahead only a quarter of the horizon; None where rows are not settled together."""

    def year_ago_rows(self, lake: Lake, *, first: int, as_of: int) -> Iterator[pl.DataFrame]:
        """Rows of a year before the moments of all others, and a horizon before: only their levels are asked for."""

    def outcome_rows(self, lake: Lake, *, as_of: int, until: int | None) -> pl.DataFrame:
        """The rows that a model of ``as_of`` is evaluated on, up to ``until`` where rows have moments of their own."""

    def came_of(self, lake: Lake, *, as_of: int) -> pl.DataFrame:
        """The rows of those whom a model scores at ``as_of``."""

    def with_pair_features(self, lake: Lake, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows with the columns ``pair_features`` beside them."""

    def reads(self, feature: Feature) -> bool:
        """Whether its models read a feature."""

    def aligned_features(self, feature_set: FeatureSet) -> tuple[int, ...]:
        """The places of the features whose past values are aligned by rank with those of the present."""

    def rules(self, feature_set: FeatureSet) -> list[Rule]:
        """The rules that a model must beat: those of the type's rules whose feature the set has."""

    def population(self, feature_set: FeatureSet) -> Population:
        """The customers whom a model scores; an error with a code when the set lacks the feature that says so."""
