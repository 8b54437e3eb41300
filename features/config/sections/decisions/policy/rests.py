"""The section of rests: after which outcomes something is not shown for a while."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from features.config.sections.decisions.policy.selection import Each, Selection
from features.config.sections.section import KindName, Whole
from features.errors import StamkundError
from features.units import Duration


class Rest(Selection):
    """For how long (``rest``) something is not shown to a customer after ``times`` events of a kind.

    They count from the last event of the kind ``without`` on, or from the last rest; with ``within`` only where they
    lie in such a span. What it is about rests together, or ``each`` of it by itself. It goes by the customer's events,
    so that it holds once these have come in.

    >>> seen = Rest.model_validate({"after": "exposure", "times": 5, "without": "click", "each": "offer", "rest": "7d"})
    >>> seen.times, seen.without
    (5, 'click')
    """

    after: KindName
    times: Whole = Field(default=1, ge=1)
    without: KindName | None = None
    within: Duration | None = None
    each: Each | None = None
    rest: Duration

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.after == self.without:
            msg = f"A rest after {self.after} without {self.without} never begins: name two kinds."
            raise StamkundError("bad_setting", msg, field="without")
        if self.within is not None and self.times == 1:
            msg = "One event lies within any span: say `times`, or take `within` away."
            raise StamkundError("unused_setting", msg, field="within")
        return self
