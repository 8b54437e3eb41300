"""What a point more of a score is worth in money and in customers kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from features.arrays import Floats, Ints
from features.errors import StamkundError
from insights.intervals import Estimate, p_value
from insights.spending import Spending
from insights.worth.slope import slope
from insights.worth.windows import Windows

LEAST_ANSWERS: Final = 400
LEAST_RESPONSE: Final = 0.05
LEAST_PLACEBO: Final = 0.05  # p of a "worth" found where none can be


@dataclass(frozen=True)
class Scores:
    """What customers answered, or what happened to them as a number, one row each."""

    customers: Ints
    moments: Ints  # µs
    scores: Floats
    weights: Floats  # how many of those asked each stands for
    months: Ints  # which month each fell into
    response: float  # the share of those asked who answered


@dataclass(frozen=True)
class Worth:
    """What a point is associated with, in the window after the answer; ``refusal`` says why it is not to be told."""

    spend: Estimate  # more spent, for each point
    kept: Estimate  # the share of customers more who buy at all, for each point
    naive: Estimate  # the plain slope of later spending on the score, which mistakes who they are for the score
    placebo: Estimate  # the same difference of two windows that both lie before the answer
    refusal: StamkundError | None


def worth_of_a_point(scores: Scores, spending: Spending, *, since: Ints, as_of: int, windows: Windows) -> Worth:
    """What a point more is worth, by the difference of each customer's spending after and before the answer.

    Args:
        scores: The answers.
        spending: The orders of the customers.
        since: When each answer's customer is first known (µs): before, no window can be compared.
        as_of: The moment (µs) up to which orders are known.
        windows: How long is compared, and what is left out around the answer.
    """
    rows = np.flatnonzero(windows.seen(scores.moments, since=since, as_of=as_of))
    who, when = scores.customers[rows], scores.moments[rows]
    spent, orders = spending.between(who, *windows.after(when))
    before, orders_before = spending.between(who, *windows.before(when))
    past, further = (spending.between(who, *windows.before(when, back=back))[0] for back in (1, 2))

    def found(result: Floats) -> Estimate:
        return slope(
            scores.scores[rows], result, months=scores.months[rows], customers=who, weights=scores.weights[rows]
        )

    placebo = found(past - further)
    return Worth(
        spend=found(spent - before),
        kept=found((orders > 0).astype(np.float64) - (orders_before > 0)),
        naive=found(spent),
        placebo=placebo,
        refusal=_refusal(len(rows), scores.response, placebo),
    )


def _refusal(answers: int, response: float, placebo: Estimate) -> StamkundError | None:
    """Why a worth is not to be told, if so."""
    if answers < LEAST_ANSWERS:
        return StamkundError("worth_needs_answers", answers=answers, least=LEAST_ANSWERS)
    if response < LEAST_RESPONSE:
        return StamkundError("worth_needs_response", response=round(100 * response, 1), least=100 * LEAST_RESPONSE)
    p = float(p_value(placebo))
    if np.isnan(p):
        return StamkundError("worth_score_constant")
    if p < LEAST_PLACEBO:
        return StamkundError("worth_fails_placebo", p=float(f"{p:.2g}"), least=LEAST_PLACEBO)
    return None
