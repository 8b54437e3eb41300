"""What a company's events hold, and enough of it to say something: all that the default features depend on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

import polars as pl

from features.events.tables import SCALES
from features.language.defaults.kinds import NOUNS
from features.language.defaults.subscriptions import KINDS

RARE = 50  # what fewer events hold says little
MANY = 50  # an attribute with more values is an identifier, not a trait
CHANNELS = 8  # get features of their own
USUAL = frozenset({"order", *NOUNS, *KINDS})  # kinds whose names mean the same everywhere
OTHERS = 20  # kinds beside the usual ones get features


@dataclass(frozen=True)
class Vocabulary:
    """What the events held when the features were fitted.

    ``channels`` are those of orders (of all events where there are no orders), ``scales`` those of ratings.
    ``renewing``: subscriptions tell when they renew, ``priced``: and a price; ``placed``: events tell where they
    happened, by both coordinates; ``returning``: refunds tell which order they belong to.
    """

    kinds: tuple[str, ...]
    categories: tuple[str, ...]
    attributes: tuple[tuple[str, tuple[str, ...]], ...]
    channels: tuple[str, ...] = ()
    scales: tuple[str, ...] = ()
    renewing: bool = False
    priced: bool = False
    placed: bool = False
    returning: bool = False


def found(past: pl.LazyFrame, customers: pl.DataFrame, *, categories: int) -> Vocabulary:
    """The vocabulary of events and of customers' attributes; ``categories`` how many, the best-selling first.

    >>> from features.events.tables import schema
    >>> visits = pl.LazyFrame([{"kind": "visit"}] * RARE + [{"kind": "view"}], schema=schema("events"))
    >>> found(visits, pl.DataFrame(), categories=20).kinds
    ('visit',)
    """
    held = _held(past)
    kinds = _kinds(held)
    bought = held.filter(pl.col("kind") == "order") if "order" in kinds else held
    subscribed = held.filter(pl.col("kind").str.starts_with("subscription_"))
    return Vocabulary(
        kinds=kinds,
        categories=_categories(past, categories),
        attributes=_attributes(customers),
        channels=_channels(bought),
        scales=tuple(scale for scale in SCALES if scale in _common(held, "scale")),
        renewing=_enough(subscribed, "renews_at"),
        priced=_enough(subscribed, "value"),
        placed=_enough(held, "place"),
        returning=_enough(held.filter(pl.col("kind") == "refund"), "order_id"),
    )


def _held(past: pl.LazyFrame) -> pl.DataFrame:
    """How many events there are of each kind, channel and scale, and how many of them hold what else is asked for."""
    counted = [pl.col(c).count() for c in ("renews_at", "value", "order_id")]
    counted.append((pl.col("latitude").is_not_null() & pl.col("longitude").is_not_null()).sum().alias("place"))
    return past.group_by("kind", "channel", "scale").agg(pl.len().alias("events"), *counted).collect(engine="streaming")


def _common(held: pl.DataFrame, column: str) -> list[str]:
    """The values that enough events have, the commonest first."""
    counts = held.drop_nulls(column).group_by(column).agg(pl.col("events").sum()).filter(pl.col("events") >= RARE)
    return counts.sort("events", column, descending=[True, False])[column].to_list()


def _kinds(held: pl.DataFrame) -> tuple[str, ...]:
    """The usual kinds that are common, and of the others the commonest."""
    common = _common(held, "kind")
    others = [kind for kind in common if kind not in USUAL]
    return tuple(sorted({*common} - {*others[OTHERS:]}))


def _channels(held: pl.DataFrame) -> tuple[str, ...]:
    channels = _common(held, "channel")[:CHANNELS]
    return tuple(sorted(channels)) if len(channels) > 1 else ()


def _enough(held: pl.DataFrame, column: str) -> bool:
    return int(held[column].sum()) >= RARE


def _categories(past: pl.LazyFrame, most: int) -> tuple[str, ...]:
    orders = past.filter(pl.col("kind") == "order", pl.col("category").is_not_null())
    spend = orders.group_by("category").agg(pl.col("value").sum()).sort("value", "category", descending=[True, False])
    return tuple(spend.head(most).collect()["category"])


def _attributes(customers: pl.DataFrame) -> tuple[tuple[str, tuple[str, ...]], ...]:
    names = [name for name in customers.columns if name != "customer_id"]
    values = {name: cast("Iterable[str]", customers[name].drop_nulls().cast(pl.String).unique()) for name in names}
    told = ((name, tuple(sorted(each))) for name, each in values.items())
    return tuple((name, each) for name, each in told if 2 <= len(each) <= MANY)
