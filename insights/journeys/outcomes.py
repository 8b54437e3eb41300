"""What became of the last time that each customer came to each step of a journey, over arrays alone.

Of the entries that came to a step, a customer's last one tells: it ``went_on`` to the next step (behind the last one it
has ``converted``; so it has, in any order, once it came to all), or was ``dropped``, unless it is ``open``: its time is
not over yet, and nothing has ended it. What begins later has at least as long, so that a step which any entry went on
from in time is never taken for the end of the last one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from features.arrays import Floats, Ints, Mask
from features.config.sections.insights.journeys import OUTCOMES, SINCE
from features.units import DAY
from insights.journeys.histories import Histories
from insights.journeys.reach import Reached, Rules

NEVER: Final = -1  # the outcome of who never came to a step
_DROPPED, _OPEN, _WENT_ON, _CONVERTED = range(len(OUTCOMES))


@dataclass(frozen=True)
class Outcomes:
    """``code`` ``[step, customer]`` is a place among :data:`OUTCOMES`, ``time`` (µs) when they last came to the step.

    >>> from insights.journeys.reach import reach
    >>> two = Histories(np.array([3, 4]), np.array([10, 20, 60, 70]))
    >>> views, orders = np.array([True, False, True, True]), np.array([False, True, False, False])
    >>> rules = Rules(within=15)
    >>> found = Outcomes.of(two, reach(two, [views, orders], None, rules), rules, as_of=80)
    >>> [[OUTCOMES[code] for code in step if code >= 0] for step in found.code], found.time[0].tolist()
    ([['dropped', 'open'], ['converted']], [60, 70])
    """

    code: Ints
    time: Ints

    @classmethod
    def of(cls, histories: Histories, reached: Reached, rules: Rules, *, as_of: int) -> Self:
        """Of all entries of whole customers, as they stand at a moment (µs)."""
        steps, customer = len(reached.rows), histories.customer[reached.start]
        code = np.full((steps, len(histories.ends)), NEVER)
        time = np.zeros_like(code)
        came, goes = reached.rows >= 0, _goes(histories, reached, rules, as_of)
        on, then = _went_on(came, rules)
        for step in range(steps):
            last = _last(np.flatnonzero(came[step]), customer)
            whose = customer[last]
            code[step, whose] = np.where(on[step, last], then[step], np.where(goes[last], _OPEN, _DROPPED))
            time[step, whose] = histories.time[reached.rows[step, last]]
        return cls(code, time)

    @classmethod
    def none(cls, steps: int, customers: int) -> Self:
        """Of customers who never came anywhere."""
        return cls(np.full((steps, customers), NEVER), np.zeros((steps, customers), dtype=np.int64))

    def of_one(self, name: str, names: Sequence[str], *, as_of: int) -> str | float | None:
        """What a name tells of the first customer, of a journey with steps of these names; None where they never came.

        >>> told = Outcomes(np.array([[0], [-1]]), np.array([[4 * DAY], [0]]))
        >>> [told.of_one(name, ["view", "order"], as_of=6 * DAY) for name in ("view", "days_since_view", "order")]
        ['dropped', 2.0, None]
        """
        step = names.index(name.removeprefix(SINCE) if name not in names else name)
        if self.code[step, 0] == NEVER:
            return None
        return OUTCOMES[self.code[step, 0]] if name in names else float(self.days_since(step, as_of=as_of)[0])

    def days_since(self, step: int, *, as_of: int) -> Floats:
        """``[customer]``: the days since they last came to a step; NaN of who never did."""
        return np.where(self.code[step] >= 0, (as_of - self.time[step]) / DAY, np.nan)


def _goes(histories: Histories, reached: Reached, rules: Rules, as_of: int) -> Mask:
    """``[entry]``: whether it may still come further."""
    if rules.within is None:
        return np.zeros(len(reached.start), dtype=np.bool_)
    return (histories.time[reached.start] > as_of - rules.within) & ~reached.ended


def _went_on(came: Mask, rules: Rules) -> tuple[Mask, Ints]:
    """``[step, entry]``: whether it came further from a step; and of each step what it did by that."""
    if rules.order == "any":
        return np.broadcast_to(came.all(axis=0), came.shape), np.full(len(came), _CONVERTED)
    behind = np.concatenate([came[1:], np.ones_like(came[:1])])
    return behind, np.array([_WENT_ON] * (len(came) - 1) + [_CONVERTED])


def _last(entries: Ints, customer: Ints) -> Ints:
    """The last of each customer's entries, which lie in the order of customers."""
    last: Ints = entries[np.append(np.diff(customer[entries]) > 0, True)[: len(entries)]]
    return last
