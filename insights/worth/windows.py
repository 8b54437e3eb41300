"""The windows of time that a worth is measured over, around the moment of an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from features.arrays import Ints, Mask
from features.units import DAY

QUARTER_DAYS: Final = 91


@dataclass(frozen=True)
class Windows:
    """Windows of ``days``, as far before the answer as after it; nothing within ``skip`` days of it counts.

    What moves a customer's mood for a while moves the answer, and spending around it, as much before as after:
    the difference of two windows as far away is free of it, and of what a customer always spends (the symmetric
    difference in differences of Chabé-Ferret 2015).

    >>> Windows(days=91, skip=45).reach_days
    318
    """

    days: int = QUARTER_DAYS
    skip: int = QUARTER_DAYS // 2

    @property
    def reach_days(self) -> int:
        """How long before an answer the history of its customer has to begin: the windows of the placebo."""
        return self.skip + 3 * self.days

    def after(self, moments: Ints) -> tuple[Ints, Ints]:
        """The window after each moment, as ``(after, until]``."""
        start = moments + self.skip * DAY
        return start, start + self.days * DAY

    def before(self, moments: Ints, *, back: int = 0) -> tuple[Ints, Ints]:
        """The window as far before each moment, or ``back`` windows further."""
        end = moments - (self.skip + back * self.days) * DAY
        return end - self.days * DAY, end

    def seen(self, moments: Ints, *, since: Ints, as_of: int) -> Mask:
        """Whether all of an answer's windows lie between the first that is known of its customer and ``as_of``."""
        return (self.before(moments, back=2)[0] >= since) & (self.after(moments)[1] <= as_of)
