"""The section of caps: how often something may be shown, to one customer or in total."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from features.config.sections.decisions.policy.selection import Each, Selection
from features.config.sections.section import Whole
from features.errors import StamkundError
from features.units import Duration

Period = Literal["day", "week", "month"]
Distinct = Literal["offer", "campaign", "issue", "group"]
Counted = Literal["decisions", "exposures", "clicks", "redemptions"]


class Cap(Selection):
    """At most ``limit`` in a window.

    The window is the last ``within``, or ``every`` day, week (from Monday) or month by the company's clock, or ever.
    What it is about is counted together, or ``each`` of it by itself. With ``distinct`` it is not counted how often,
    but how many different ones: ``limit: 1, distinct: campaign`` lets one campaign run on a customer at a time.
    Decisions are counted exactly. Exposures, clicks and redemptions are counted when they come in, of a
    customer or in total, so that more may follow.

    >>> Cap.model_validate({"limit": 3, "channel": "email", "within": "7d"}).scope
    'customer'
    """

    limit: Whole = Field(ge=1)
    counts: Counted = "decisions"
    scope: Literal["customer", "total"] = "customer"
    each: Each | None = None
    distinct: Distinct | None = None
    within: Duration | None = None
    every: Period | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.within is not None and self.every is not None:
            msg = "A window is rolling (`within: 7d`) or by the calendar (`every: week`): take one of them away."
            raise StamkundError("bad_setting", msg, field="every")
        if self.scope == "total" and self.distinct is not None:
            msg = "`distinct` counts what one customer gets: say `scope: customer`, or take `distinct` away."
            raise StamkundError("bad_setting", msg, field="distinct")
        if self.distinct is not None and self.distinct == self.each:
            msg = f"Of each {self.each} by itself there is only one: take `each` or `distinct` away."
            raise StamkundError("bad_setting", msg, field="distinct")
        return self
