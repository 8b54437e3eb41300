"""The scores of some customers at one moment, as JSON for one of them and as a frame of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl

from features.arrays import Floats
from features.moments import utc
from features.units import DAY
from serving.scoring.model_scores import ENDS, ModelScores, number
from serving.scoring.orders import days_to_next_order

_PROPENSITIES: Final = pl.List(pl.Struct({"campaign_id": pl.String, "probability": pl.Float64}))
_REASONS: Final = pl.List(pl.Struct({"code": pl.String, "value": pl.Float64, "contribution": pl.Float64}))


@dataclass(frozen=True)
class Sheet:
    """Columns with one entry a customer: figures by name, chances by campaign, and each model's scores."""

    customers: Sequence[str]
    as_of: int
    headline: Mapping[str, Floats]
    horizon: int
    propensities: Sequence[Mapping[str, float]]
    models: Mapping[str, ModelScores]

    def answer(self, place: int) -> dict[str, object]:
        """One customer's scores as JSON."""
        numbers = {name: number(column[place]) for name, column in self.headline.items()}
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
        """The day of each customer's next order, None where none is expected."""
        days = days_to_next_order(self.headline["average_days_between_orders"], self.headline["days_since_last_order"])
        return [None if np.isnan(d) else utc(self.as_of + round(d * DAY)).date() for d in days]

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


def _entries(propensities: Mapping[str, float]) -> list[dict[str, object]]:
    return [{"campaign_id": campaign, "probability": value} for campaign, value in propensities.items()]


def _columns(scores: ModelScores) -> dict[str, pl.Series]:
    """One model's answers as columns named after it."""
    name = scores.model.name
    answers = [scores.answer(place) for place in range(len(scores.values))]
    types: dict[str, pl.DataType | type[pl.DataType]] = {
        "score": pl.Int64,
        scores.model.score_kind: pl.Float64,
        **({} if scores.ends is None else dict.fromkeys(ENDS, pl.Float64)),
        "percentile": pl.Int64,
        "no_score": pl.String,
        **({} if scores.campaigns is None else {"campaign_id": pl.String}),
        "reasons": _REASONS,
    }
    columns = {f"{name}_{key}": pl.Series([a[key] for a in answers], dtype=type_) for key, type_ in types.items()}
    return columns | {f"{name}_version": pl.Series([str(scores.model.version)] * len(answers), dtype=pl.String)}
