"""A feature set fitted on a company's events at a stated moment: what it holds travels with every model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Self, cast

import polars as pl

from features.defaults import WINDOWS, Vocabulary, default_features
from features.errors import StamkundError
from features.lake import Lake
from features.language import Feature, Formula, Measure, Op, Span, Term, Unit
from features.live import Live
from features.plan import Plan

RARE = 50  # a kind with fewer events says little
MANY = 50  # an attribute with more values is an identifier, not a trait


@dataclass(frozen=True)
class FeatureSet:
    """Declared features, the moment they were fitted at, and their hash.

    >>> from features.defaults import Vocabulary, default_features
    >>> fitted = FeatureSet(default_features(Vocabulary(("order",), (), ())), fitted_at=0)
    >>> FeatureSet.loads(fitted.dumps()) == fitted
    True
    """

    features: tuple[Feature, ...]
    fitted_at: int

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The feature names, in the order of every vector."""
        return tuple(f.name for f in self.features)

    @cached_property
    def plan(self) -> Plan:
        """The features made ready to evaluate."""
        return Plan(self.features)

    @cached_property
    def live(self) -> Live:
        """The evaluator of single records."""
        return Live(self.plan)

    @cached_property
    def hash(self) -> str:
        """Sixteen hex digits that change when any declaration does."""
        return hashlib.sha256(self.dumps().encode()).hexdigest()[:16]

    def feature(self, name: str) -> Feature:
        """The feature of that name."""
        for feature in self.features:
            if feature.name == name:
                return feature
        raise StamkundError.unknown("unknown_feature", "feature", name, self.names)

    def dumps(self) -> str:
        """The set as JSON."""
        return json.dumps({"fitted_at": self.fitted_at, "features": [asdict(f) for f in self.features]})

    @classmethod
    def loads(cls, text: str) -> Self:
        """The set that :meth:`dumps` wrote."""
        data = json.loads(text)
        return cls(tuple(_feature(f) for f in data["features"]), data["fitted_at"])

    def save(self, path: Path) -> None:
        """Write the set, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_text(self.dumps())
        part.replace(path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a set; without one, say how to make it."""
        if not path.exists():
            raise StamkundError("no_feature_set", f"No feature set at {path}. Run `stamkund build` first.")
        return cls.loads(path.read_text())


def _feature(data: dict[str, object]) -> Feature:
    terms = cast(list[dict[str, dict[str, object]]], data["terms"])
    return Feature(
        name=cast(str, data["name"]),
        formula=cast(Formula, data["formula"]),
        terms=tuple(Term(_measure(t["measure"]), Span(**cast(dict[str, int], t["span"]))) for t in terms),
        unit=cast(Unit, data["unit"]),
        text=cast(str, data["text"]),
        scale=cast(int, data["scale"]),
        attribute=cast(str, data["attribute"]),
        vocabulary=tuple(cast(list[str], data["vocabulary"])),
    )


def _measure(data: dict[str, object]) -> Measure:
    where = tuple((c, v) for c, v in cast(list[tuple[str, str]], data["where"]))
    return Measure(cast(Op, data["op"]), cast(str, data["column"]), where)


def fit_features(
    lake: Lake, *, as_of: int, categories: int = 20, windows: Sequence[int] = (), minor_units: int = 2
) -> FeatureSet:
    """The default set for what the events up to ``as_of`` hold; later rows change nothing.

    Args:
        lake: where the events are.
        as_of: µs; no later than the first moment a model is tested at.
        categories: how many categories, the best-selling first, get features of their own.
        windows: days to look back beside the usual ones, such as the horizons of the targets.
        minor_units: decimals of the reporting currency.
    """
    past = lake.scan("events").filter(pl.col("time") <= as_of, pl.col("customer_id").is_not_null())
    vocabulary = Vocabulary(_kinds(past), _categories(past, categories), _attributes(lake))
    if not vocabulary.kinds:
        message = f"No kind of event has {RARE} rows with a customer by then; nothing to derive features from."
        raise StamkundError("too_few_events", message)
    return FeatureSet(default_features(vocabulary, (*WINDOWS, *windows), minor_units=minor_units), as_of)


def _kinds(past: pl.LazyFrame) -> tuple[str, ...]:
    counts = past.group_by("kind").len().filter(pl.col("len") >= RARE).sort("kind").collect()
    return tuple(counts["kind"])


def _categories(past: pl.LazyFrame, most: int) -> tuple[str, ...]:
    orders = past.filter(pl.col("kind") == "order", pl.col("category").is_not_null())
    spend = orders.group_by("category").agg(pl.col("value").sum()).sort("value", "category", descending=[True, False])
    return tuple(spend.head(most).collect()["category"])


def _attributes(lake: Lake) -> tuple[tuple[str, tuple[str, ...]], ...]:
    customers = lake.scan("customers").drop("customer_id").collect()
    values = {c: tuple(sorted(customers[c].drop_nulls().cast(pl.String).unique())) for c in customers.columns}
    return tuple((c, v) for c, v in values.items() if 2 <= len(v) <= MANY)
