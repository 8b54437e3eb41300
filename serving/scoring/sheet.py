"""The scores of some customers at one moment, as JSON for one of them and as a frame of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Final

import polars as pl

from features.arrays import Floats
from features.units import DAY
from serving.scoring.model_scores import ENDS, ModelScores, NoScores, number
from serving.scoring.next_order import NextOrder
from training.targets import PAIR, Target

_PROPENSITIES: Final = pl.List(pl.Struct({"campaign_id": pl.String, "probability": pl.Float64}))
_REASONS: Final = pl.List(
    pl.Struct(
        {"code": pl.String, "value": pl.Float64, "usual": pl.Float64, "contribution": pl.Float64, "text": pl.String}
    )
)


@dataclass(frozen=True)
class Sheet:
    """Columns with one entry a customer: figures by name, chances by campaign, and each model's scores.

    ``discount`` is the yearly rate at which money to come is worth less, ``fallback`` what stands in for a model of
    spend, if anything does; ``missing`` are declared targets without a model that can answer, by name.
    """

    customers: Sequence[str]
    as_of: int
    headline: Mapping[str, Floats]
    fallback: Sequence[str | None]
    next_order: NextOrder
    horizon: int
    discount: float
    propensities: Sequence[Mapping[str, float]]
    models: Mapping[str, ModelScores]
    missing: Mapping[str, NoScores]

    def answer(self, place: int) -> dict[str, object]:
        """One customer's scores as JSON."""
        numbers = {name: number(column[place]) for name, column in self.headline.items()}
        next_order = self.next_order.answer(place, as_of=self.as_of)
        return {
            "customer_id": self.customers[place],
            **numbers,
            "predicted_clv_fallback": self.fallback[place],
            "expected_date_of_next_order": next_order["median"],
            "next_order": next_order,
            "horizon_days": self.horizon // DAY,
            "discount_rate": self.discount,
            "propensities": dict(self.propensities[place]),
            "models": {name: scores.answer(place) for name, scores in self.models.items()}
            | {name: missing.answer() for name, missing in self.missing.items()},
        }

    def values(self, name: str) -> pl.DataFrame:
        """What one model says, ``customer_id, value, campaign_id``, of those of whom it says anything."""
        scores = self.models[name]
        campaigns = scores.campaigns or [None] * len(self.customers)
        columns = {
            "customer_id": pl.Series(self.customers, dtype=pl.String),
            "value": pl.Series(scores.values, nan_to_null=True, dtype=pl.Float64),
            "campaign_id": pl.Series(campaigns, dtype=pl.String),
        }
        return pl.DataFrame(columns).drop_nulls("value")

    def frame(self) -> pl.DataFrame:
        """Everything, a row a customer and a column a figure; what is unknown is null."""
        head = {
            "customer_id": pl.Series(self.customers, dtype=pl.String),
            "as_of": pl.Series([self.as_of] * len(self.customers), dtype=pl.Datetime("us", "UTC")),
            **{name: pl.Series(column, nan_to_null=True, dtype=pl.Float64) for name, column in self.headline.items()},
            "predicted_clv_fallback": pl.Series(self.fallback, dtype=pl.String),
            "expected_date_of_next_order": pl.Series(self.next_order.dates(as_of=self.as_of), dtype=pl.Date),
            **self.next_order.columns(as_of=self.as_of),
            "horizon_days": pl.Series([self.horizon // DAY] * len(self.customers), dtype=pl.Int64),
            "discount_rate": pl.Series([self.discount] * len(self.customers), dtype=pl.Float64),
            "propensities": pl.Series([_entries(p) for p in self.propensities], dtype=_PROPENSITIES),
        }
        said = [_said(scores) for scores in self.models.values()]
        said += [_unsaid(missing, len(self.customers)) for missing in self.missing.values()]
        return pl.DataFrame(reduce(or_, said, head))


def _entries(propensities: Mapping[str, float]) -> list[dict[str, object]]:
    return [{"campaign_id": campaign, "probability": value} for campaign, value in propensities.items()]


def _said(scores: ModelScores) -> dict[str, pl.Series]:
    """One model's answers as columns named after it."""
    ends = () if scores.ends is None else ENDS
    return _columns(scores.model.target, [scores.answer(place) for place in range(len(scores.values))], ends)


def _unsaid(missing: NoScores, customers: int) -> dict[str, pl.Series]:
    """The columns of a target without a model."""
    return _columns(missing.target, [missing.answer()] * customers)


def _columns(target: Target, answers: Sequence[Mapping[str, object]], ends: Sequence[str] = ()) -> dict[str, pl.Series]:
    types: dict[str, pl.DataType | type[pl.DataType]] = {
        "score": pl.Int64,
        target.score_kind: pl.Float64,
        **dict.fromkeys(ends, pl.Float64),
        "percentile": pl.Int64,
        "no_score": pl.String,
        **({"campaign_id": pl.String} if target.entity == PAIR else {}),
        "reasons": _REASONS,
        "version": pl.String,
    }
    return {f"{target.name}_{key}": pl.Series([a[key] for a in answers], dtype=type_) for key, type_ in types.items()}
