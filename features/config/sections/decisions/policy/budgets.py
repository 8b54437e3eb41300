"""The section of budgets: what may be given away."""

from __future__ import annotations

from pydantic import Field

from features.config.sections.decisions.policy.caps import Period
from features.config.sections.decisions.policy.selection import Selection
from features.config.sections.section import Number


class Budget(Selection):
    """At most this ``amount`` of the reporting currency in costs, ``every`` day, week or month, or ever.

    The whole cost of a candidate counts when it is chosen, whether or not it is redeemed: what all who were shown
    something may claim is never more than the budget.

    >>> Budget.model_validate({"amount": 500, "campaign": "spring", "every": "month"}).every
    'month'
    """

    amount: Number = Field(gt=0)
    every: Period | None = None
