"""One scorer for HTTP, batch and Python: feature rows and champions in, every figure of every customer out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl

from features.arrays import Floats, Ints, Mask
from features.language.defaults import snake
from features.moments import utc
from features.profiles.pairs import PAIR_FEATURES
from features.units import DAY
from serving.scoring.champions import Lineup
from training.learners.model import Model, Reason

DEFAULT_HORIZON: Final = 84 * DAY
LEAST_TENURE: Final = 28  # days; a customer of yesterday does not order every day
PATIENCE: Final = 3  # mean gaps of silence, after which no next order is expected


@dataclass(frozen=True)
class Pairs:
    """Customers × campaigns that reached them: a row of the feature matrix, a campaign, and their own features."""

    rows: Ints
    campaigns: Sequence[str]
    values: Floats

    @classmethod
    def none(cls) -> Pairs:
        """No pair at all."""
        return cls(np.empty(0, np.int64), [], np.empty((0, len(PAIR_FEATURES))))


@dataclass(frozen=True)
class ModelScores:
    """One model's figures, a place a customer; NaN, 0 and nothing for customers it does not speak of."""

    model: Model
    values: Floats
    percentiles: Ints
    reasons: Sequence[Sequence[Reason]]
    campaigns: Sequence[str | None]

    def answer(self, place: int) -> dict[str, object]:
        """What this model says of one customer."""
        model, value, percentile = self.model, self.values[place], int(self.percentiles[place])
        said = not np.isnan(value)
        score = (round(100 * value) if model.kind == "probability" else percentile) if said else None
        out: dict[str, object] = {
            "score": score,
            model.kind: float(value) if said else None,
            "percentile": percentile if said else None,
            "reasons": [reason_of(r) for r in self.reasons[place]],
            "model": model.name,
            "version": str(model.version),
        }
        return out | ({"campaign_id": self.campaigns[place]} if model.target.type == "redemption" else {})


@dataclass(frozen=True)
class Sheet:
    """The scores of some customers at one moment, column by column."""

    customers: Sequence[str]
    as_of: int
    headline: Mapping[str, Floats]
    horizon: int
    propensities: Sequence[Mapping[str, float]]
    models: Mapping[str, ModelScores]

    def answer(self, place: int) -> dict[str, object]:
        """One customer's scores as JSON."""
        numbers = {name: _number(column[place]) for name, column in self.headline.items()}
        next_order = self.next_orders[place]
        return {
            "customer_id": self.customers[place],
            **numbers,
            "expected_date_of_next_order": None if next_order is None else next_order.isoformat(),
            "horizon_days": self.horizon // DAY,
            "propensities": dict(self.propensities[place]),
            "models": {name: scores.answer(place) for name, scores in self.models.items()},
        }

    @cached_property
    def next_orders(self) -> list[date | None]:
        """The day of each customer's next order: the mean gap after the last one, today when that is past already.

        None with fewer than two orders, or after a silence of three mean gaps.
        """
        gaps, silence = self.headline["average_days_between_orders"], self.headline["days_since_last_order"]
        due = np.where(ordering(gaps, silence), np.maximum(gaps - silence, 0.0), np.nan)
        return [None if np.isnan(d) else _day(self.as_of + round(d * DAY)) for d in due]

    def frame(self) -> pl.DataFrame:
        """The same, a row a customer and a column a figure; what is unknown is null."""
        head = {
            "customer_id": pl.Series(self.customers, dtype=pl.String),
            "as_of": pl.Series([self.as_of] * len(self.customers), dtype=pl.Datetime("us", "UTC")),
            **{name: pl.Series(column, nan_to_null=True, dtype=pl.Float64) for name, column in self.headline.items()},
            "expected_date_of_next_order": pl.Series(self.next_orders, dtype=pl.Date),
            "horizon_days": pl.Series([self.horizon // DAY] * len(self.customers), dtype=pl.Int64),
            "propensities": pl.Series([_entries(p) for p in self.propensities], dtype=_PROPENSITIES),
        }
        return pl.DataFrame(head | {k: v for scores in self.models.values() for k, v in _columns(scores).items()})


_PROPENSITIES: Final = pl.List(pl.Struct({"campaign_id": pl.String, "probability": pl.Float64}))
_REASONS: Final = pl.List(pl.Struct({"code": pl.String, "value": pl.Float64, "contribution": pl.Float64}))


def _entries(propensities: Mapping[str, float]) -> list[dict[str, object]]:
    return [{"campaign_id": campaign, "probability": value} for campaign, value in propensities.items()]


def _columns(scores: ModelScores) -> dict[str, pl.Series]:
    """One model's answers as columns named after it."""
    name, kind = scores.model.name, scores.model.kind
    answers = [scores.answer(place) for place in range(len(scores.values))]
    types: dict[str, pl.DataType | type[pl.DataType]] = {
        "score": pl.Int64,
        kind: pl.Float64,
        "percentile": pl.Int64,
        "campaign_id": pl.String,
        "reasons": _REASONS,
    }
    kept = {
        key: type_ for key, type_ in types.items() if key != "campaign_id" or scores.model.target.type == "redemption"
    }
    columns = {f"{name}_{key}": pl.Series([a[key] for a in answers], dtype=type_) for key, type_ in kept.items()}
    return columns | {f"{name}_version": pl.Series([str(scores.model.version)] * len(answers), dtype=pl.String)}


@dataclass(frozen=True)
class Known:
    """The columns of a feature matrix by name; NaN for features that the set does not have."""

    places: Mapping[str, int]
    features: Floats

    def get(self, name: str) -> Floats:
        """One column."""
        place = self.places.get(name)
        return np.full(len(self.features), np.nan) if place is None else self.features[:, place]


def score(
    lineup: Lineup, customers: Sequence[str], features: Floats, pairs: Pairs, *, as_of: int, top: int = 3
) -> Sheet:
    """Score customers from their rows in the feature set's order; ``top`` reasons each, 0 for none."""
    known = Known(lineup.places, features)
    every: dict[str, ModelScores] = {}
    propensities: list[dict[str, float]] = [{} for _ in customers]
    for name, model in lineup.models.items():
        if model.target.type != "redemption":
            every[name] = _score(model, lineup, features, known, top=top)
            continue
        values = score_pairs(lineup, model, features, pairs)
        every[name] = _best(model, lineup, features, pairs, values, top=top)
        if model is lineup.first("redemption"):
            for row, campaign, value in zip(pairs.rows, pairs.campaigns, values, strict=True):
                propensities[row][campaign] = float(value)
    spend = lineup.first("spend")
    horizon = DEFAULT_HORIZON if spend is None else spend.target.horizon_us
    headline = _headline(lineup, every, known, len(customers), horizon)
    return Sheet(customers, as_of, headline, horizon, propensities, every)


def score_pairs(lineup: Lineup, model: Model, features: Floats, pairs: Pairs) -> Floats:
    """The redemption score of each pair."""
    return model.predict(_matrix(lineup, model, features, pairs)) if len(pairs.rows) else np.empty(0)


def pair_reasons(lineup: Lineup, model: Model, features: Floats, pairs: Pairs, *, top: int) -> list[list[Reason]]:
    """The reasons behind each pair's score."""
    return model.reasons(_matrix(lineup, model, features, pairs), top=top) if len(pairs.rows) else []


def reason_of(reason: Reason) -> dict[str, object]:
    """A reason as JSON."""
    return {"code": reason.code, "value": _number(reason.value), "contribution": float(reason.contribution)}


def _matrix(lineup: Lineup, model: Model, features: Floats, pairs: Pairs | None = None) -> Floats:
    """The columns a model reads, in its order."""
    names = lineup.feature_set.names
    if pairs is None:
        return features if model.feature_names == names else features[:, _places(names, model)]
    both = np.concatenate([features[pairs.rows], pairs.values], axis=1)
    all_names = (*names, *PAIR_FEATURES)
    return both if model.feature_names == all_names else both[:, _places(all_names, model)]


def _places(names: Sequence[str], model: Model) -> list[int]:
    place = {name: i for i, name in enumerate(names)}
    return [place[name] for name in model.feature_names]


def _score(model: Model, lineup: Lineup, features: Floats, known: Known, *, top: int) -> ModelScores:
    """A model over the customers it speaks of: those of its target's population."""
    n = len(features)
    inside = np.flatnonzero(population(model, known, n))
    values, percentiles = np.full(n, np.nan), np.zeros(n, dtype=np.int64)
    reasons: list[Sequence[Reason]] = [()] * n
    if len(inside):
        matrix = _matrix(lineup, model, features[inside])
        values[inside] = model.predict(matrix)
        percentiles[inside] = model.percentile(values[inside])
        for row, why in zip(inside, model.reasons(matrix, top=top) if top else (), strict=False):
            reasons[row] = why
    return ModelScores(model, values, percentiles, reasons, [None] * n)


def population(model: Model, known: Known, n: int) -> Mask:
    """Who was active enough, by the target's own rule, for its model to speak of them."""
    target = model.target
    name = f"days_since_last_{snake(target.event)}"
    return known.get(name) < target.active_us / DAY if name in known.places else np.ones(n, dtype=np.bool_)


def _best(model: Model, lineup: Lineup, features: Floats, pairs: Pairs, values: Floats, *, top: int) -> ModelScores:
    """Each customer's most promising campaign; of equal ones the first."""
    n = len(features)
    out, percentiles = np.full(n, np.nan), np.zeros(n, dtype=np.int64)
    reasons: list[Sequence[Reason]] = [()] * n
    campaigns: list[str | None] = [None] * n
    order = np.lexsort((-values, pairs.rows))
    best = order[np.unique(pairs.rows[order], return_index=True)[1]]
    if len(best):
        rows = pairs.rows[best]
        out[rows], percentiles[rows] = values[best], model.percentile(values[best])
        chosen = Pairs(rows, [pairs.campaigns[i] for i in best], pairs.values[best])
        for row, campaign in zip(rows, chosen.campaigns, strict=True):
            campaigns[row] = campaign
        for row, why in zip(rows, pair_reasons(lineup, model, features, chosen, top=top) if top else (), strict=False):
            reasons[row] = why
    return ModelScores(model, out, percentiles, reasons, campaigns)


def _headline(
    lineup: Lineup, every: Mapping[str, ModelScores], known: Known, n: int, horizon: int
) -> dict[str, Floats]:
    """The figures people ask for by name; NaN where unknown."""

    def of(type_: str) -> Floats:
        model = lineup.first(type_)
        return np.full(n, np.nan) if model is None else every[model.name].values

    orders, tenure = known.get("orders_all"), np.maximum(known.get("days_since_first_order"), LEAST_TENURE)
    gaps, silence = known.get("order_gap_mean_all"), known.get("days_since_last_order")
    return {
        "churn_probability": of("lapse"),
        "predicted_clv": of("spend"),
        "historic_clv": known.get("spend_all"),
        "historic_number_of_orders": orders,
        "predicted_number_of_orders": np.where(ordering(gaps, silence), orders / tenure * (horizon / DAY), np.nan),
        "average_days_between_orders": gaps,
        "days_since_last_order": silence,
    }


def ordering(gaps: Floats, silence: Floats) -> Mask:
    """Who is expected to order again: with two orders or more, and not silent for three mean gaps.

    >>> ordering(np.array([10.0, 10.0, np.nan]), np.array([30.0, 31.0, 1.0]))
    array([ True, False, False])
    """
    return silence <= PATIENCE * gaps


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _day(at: int) -> date:
    return utc(at).date()
