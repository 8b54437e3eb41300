"""Answers of scores: what each model says of a customer, and why."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from serving.http.contract.errors import Error
from serving.http.contract.values import BuildOf, Chance, Count, Day, Estimate, Moment, Percent, Percentile


class Reason(TypedDict):
    """What moved a score, or speaks for an offer."""

    code: Annotated[str, Field(description="The feature, or what else it is.", examples=["recency_over_gap_90d"])]
    value: float | None
    usual: Annotated[float | None, Field(description="What it is for most customers.")]
    contribution: Annotated[float | None, Field(description="By how much it moves the score; null beside a score.")]
    text: Annotated[str, Field(description="A sentence in the service's language.")]


class ModelScore(TypedDict):
    """What a model says of a customer, or in `no_score` the code of why it says nothing."""

    score: Annotated[
        Percent | None, Field(description="100 × a probability, or the percentile of an amount or uplift.")
    ]
    probability: NotRequired[Chance | None]
    amount: NotRequired[Estimate | None]
    uplift: NotRequired[Annotated[float | None, Field(description="What being treated adds; it can be below 0.")]]
    percentile: Annotated[Percentile | None, Field(description="Among those whom the model was calibrated on.")]
    no_score: str | None
    reasons: list[Reason]
    model: str
    version: str | None
    low: NotRequired[Annotated[Estimate | None, Field(description="One of ten amounts lies below.")]]
    median: NotRequired[Estimate | None]
    high: NotRequired[Annotated[Estimate | None, Field(description="One of ten amounts lies above.")]]
    campaign_id: NotRequired[Annotated[str | None, Field(description="The campaign with the best chance.")]]


class NextOrder(TypedDict):
    """When the next order comes: the days by which it has come with a chance of 10, 50 and 90 %, within a year."""

    probability: Annotated[Chance | None, Field(description="Of an order within `horizon_days`.")]
    low: Day | None
    median: Day | None
    high: Day | None
    basis: Annotated[Literal["btyd", "rule"], Field(description="A model of orders, or the mean gap between orders.")]


class Scores(TypedDict):
    """One customer's scores: figures by name, null where nothing can be said, and what each model says."""

    customer_id: str
    churn_probability: Chance | None
    predicted_clv: Estimate | None
    predicted_number_of_orders: float | None
    predicted_margin: Estimate | None
    historic_clv: Estimate | None
    historic_number_of_orders: float | None
    average_days_between_orders: float | None
    days_since_last_order: float | None
    predicted_clv_fallback: Annotated[str | None, Field(description="What stands in for a model of spend, if any.")]
    expected_date_of_next_order: Day | None
    next_order: NextOrder
    horizon_days: Annotated[Count, Field(description="How far ahead the figures look.")]
    discount_rate: Annotated[float, Field(description="By which money that comes a year later is worth less.")]
    propensities: Annotated[dict[str, Chance], Field(description="By campaign the chance of a response.")]
    models: dict[str, ModelScore]


class ScoredProfile(Scores):
    """The scores of the customer whom an identifier means."""

    id_type: str
    id: str


class UnscoredProfile(TypedDict):
    """An identifier without scores, and why."""

    id_type: str
    id: str
    error: Error


class ScoresAnswer(TypedDict):
    """Each profile's scores, or its error, in the order of the request."""

    as_of: Moment
    build: BuildOf | None
    currency: str
    models: Annotated[dict[str, str], Field(description="By name the version of each model.")]
    scores: list[ScoredProfile | UnscoredProfile]
