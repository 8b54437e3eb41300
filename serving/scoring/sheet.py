"""The scores of some customers at one moment, and as JSON for one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from features.arrays import Floats
from features.units import DAY
from serving.scoring.model_scores import ModelScores, NoScores, number
from serving.scoring.next_order import NextOrder


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
