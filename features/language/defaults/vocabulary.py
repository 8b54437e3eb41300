"""The vocabulary: the kinds, categories, channels … that a company's events hold often enough for features."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from features.events.kinds import KINDS, RETURNS
from features.events.tables import RATING_SCALES
from features.language.attributes import Attribute

FEWEST_EVENTS = 50  # what fewer events hold gets no feature
MOST_CHANNELS = 8  # with features of their own, the commonest first
MOST_OTHER_KINDS = 20  # beside the usual kinds that have a plural, the commonest first
FEWEST_PEOPLE = 10  # what fewer people share may tell who they are


def fewest_people(customers: int) -> int:
    """How many people must share a word for it to become part of features: ten, or a twentieth of a few.

    >>> [fewest_people(customers) for customers in (1_000, 100, 40, 30)]
    [10, 5, 2, 1]
    """
    return max(min(FEWEST_PEOPLE, customers // 20), 1)


@dataclass(frozen=True)
class Vocabulary:
    """What the events held when the features were fitted.

    ``channels`` are those of orders (of all events where there are no orders), ``scales`` those of ratings.
    ``renewing``: subscriptions tell when they renew, ``priced``: and a price; ``placed``: events tell where they
    happened, by both coordinates; ``returning`` are the kinds of returns that tell which order they belong to.
    """

    kinds: tuple[str, ...]
    categories: tuple[str, ...]
    attributes: tuple[Attribute, ...]
    channels: tuple[str, ...] = ()
    scales: tuple[str, ...] = ()
    renewing: bool = False
    priced: bool = False
    placed: bool = False
    returning: tuple[str, ...] = ()


def vocabulary_of(past: pl.LazyFrame, attributes: Iterable[Attribute], *, categories: int) -> Vocabulary:
    """The vocabulary of past events, together with customers' attributes.

    Args:
        past: the events up to the moment of fitting, in the lake's schema, with their customers.
        attributes: those that features are made of.
        categories: how many categories get features, the best-selling first.

    >>> from features.events.tables import schema
    >>> columns = {**schema("events"), "customer_id": pl.String()}
    >>> visits = pl.LazyFrame([{"kind": "visit"}] * FEWEST_EVENTS + [{"kind": "view"}], schema=columns)
    >>> vocabulary_of(visits, (), categories=20).kinds
    ('visit',)
    """
    past = _of_many(past)
    counts = _event_counts(past)
    kinds = _kinds(counts)
    order_counts = counts.filter(pl.col("kind") == "order") if "order" in kinds else counts
    subscription_counts = counts.filter(pl.col("kind").str.starts_with("subscription_"))
    return Vocabulary(
        kinds=kinds,
        categories=_categories(past, categories),
        attributes=tuple(attributes),
        channels=_channels(order_counts),
        scales=tuple(scale for scale in RATING_SCALES if scale in _common(counts, "scale")),
        renewing=_enough(subscription_counts, "renews_at"),
        priced=_enough(subscription_counts, "value"),
        placed=_enough(counts, "place"),
        returning=tuple(kind for kind in RETURNS if _enough(counts.filter(kind=kind), "order_id")),
    )


def _of_many(past: pl.LazyFrame) -> pl.LazyFrame:
    """The events without words that too few people share: without those of such a kind, and such words of others."""
    people = pl.col("customer_id").n_unique()
    least = fewest_people(int(past.select(people).collect(engine="streaming").item()))
    if least == 1:
        return past
    for column in ("kind", "category", "channel"):
        word = pl.col(column)
        few = past.filter(~word.is_in(sorted(KINDS))).group_by(column).agg(people=people)
        rare = few.filter(pl.col("people") < least).collect(engine="streaming")[column].implode()
        past = (
            past.filter(~word.is_in(rare))
            if column == "kind"
            else past.with_columns(pl.when(~word.is_in(rare)).then(word).alias(column))
        )
    return past


def _event_counts(past: pl.LazyFrame) -> pl.DataFrame:
    """A row for each kind, channel and scale: the number of events, and of those that hold a renewal, a value, …."""
    counts = [pl.col(c).count() for c in ("renews_at", "value", "order_id")]
    counts.append((pl.col("latitude").is_not_null() & pl.col("longitude").is_not_null()).sum().alias("place"))
    return past.group_by("kind", "channel", "scale").agg(pl.len().alias("events"), *counts).collect(engine="streaming")


def _common(counts: pl.DataFrame, column: str) -> list[str]:
    """The values of a column that enough events hold, the commonest first."""
    totals = (
        counts.drop_nulls(column).group_by(column).agg(pl.col("events").sum()).filter(pl.col("events") >= FEWEST_EVENTS)
    )
    return totals.sort("events", column, descending=[True, False])[column].to_list()


def _kinds(counts: pl.DataFrame) -> tuple[str, ...]:
    """The usual kinds that are common, and of the others the commonest; where none is common, all count as such."""
    common = _common(counts, "kind") or counts["kind"].unique().to_list()
    others = [kind for kind in common if kind not in KINDS or not KINDS[kind].plural]
    return tuple(sorted({*common} - {*others[MOST_OTHER_KINDS:]}))


def _channels(counts: pl.DataFrame) -> tuple[str, ...]:
    channels = _common(counts, "channel")[:MOST_CHANNELS]
    return tuple(sorted(channels)) if len(channels) > 1 else ()


def _enough(counts: pl.DataFrame, column: str) -> bool:
    return int(counts[column].sum()) >= FEWEST_EVENTS


def _categories(past: pl.LazyFrame, most: int) -> tuple[str, ...]:
    orders = past.filter(pl.col("kind") == "order", pl.col("category").is_not_null())
    spend = orders.group_by("category").agg(pl.col("value").sum()).sort("value", "category", descending=[True, False])
    return tuple(spend.head(most).collect()["category"])
