"""What becomes of customers: how many do something again, and how soon; how many leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from features.arrays import Mask
from features.config.sections.insights.metrics import Leave, MetricSettings, Per, Target
from features.units import DAY
from insights.intervals import Estimate
from insights.metrics.definitions.columns import Unit
from insights.periods import Periods

KEYS: Final[Mapping[Per, str]] = {"ticket": "ticket_id", "order": "order_id"}
FIRST: Final = "first "  # begins the kind of an event where only each customer's first one is meant


@dataclass(frozen=True)
class Course:
    """Of those with an event ``after`` in a period, how many have the event ``then`` ``within`` a time (µs).

    Without ``within`` it is how long half of them take. With ``each`` it is told of each interval of that length that
    follows, and of the first one otherwise. ``per`` ticket or order it is of each of these, as is what
    follows. With ``leave`` it is how many of those there at the beginning of a month have left at its end.
    """

    name: str
    after: str | None = None
    then: str = ""
    within: int | None = None
    each: int | None = None
    per: Per = "customer"
    leave: Leave | None = None
    grace: int = 0
    target: Target = ()
    higher_is_better: bool = True
    text: str | None = None

    @classmethod
    def of(cls, name: str, settings: MetricSettings) -> Self:
        """A course as declared.

        >>> Course.of("second", MetricSettings.model_validate({"after": "order", "then": "order", "within": "9d"})).unit
        'share'
        """
        better = settings.better == "higher"
        return cls(
            name, settings.after, settings.then or "", settings.within or settings.each, settings.each, settings.per,
            settings.leave, settings.grace, settings.target, better, settings.text,
        )  # fmt: skip

    @property
    def unit(self) -> Unit:
        """What it is told in: a share, or days."""
        return "days" if self.leave is None and self.within is None else "share"

    @property
    def kinds(self) -> set[str]:
        """None: it looks at events in a way of its own."""
        return set()

    @property
    def begins(self) -> str:
        """The kind of event that begins one."""
        return (self.after or "").removeprefix(FIRST)

    @property
    def of_first(self) -> bool:
        """Whether only the first such event of each begins one."""
        return (self.after or "").startswith(FIRST)

    def open(self, estimate: Estimate, periods: Periods, *, as_of: int) -> Mask:
        """``[period, group]``: whose figures later events may still move, as their customers were not watched enough.

        How long half of them take is open while the interval reaches beyond what all of them were watched.
        """
        if self.unit == "days":
            watched = (as_of - periods.ends[:, None]) / DAY
            return np.asarray(~(estimate.high <= watched) & ((estimate.n > 0) | (watched < 0)))
        over = periods.open(as_of=as_of, matures=self.within or 0)
        return np.broadcast_to(over[:, None], estimate.value.shape)

    def told_by(self, grain: str) -> bool:
        """Whether it is told in periods of a grain."""
        return grain == "month" if self.leave is not None else grain != "day"
