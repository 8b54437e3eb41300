"""Each finding that the customers bear out, the most pressing first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from features.arrays import Floats, Mask
from insights.findings.finding import Finding, Unit
from insights.findings.profile import WINDOW_DAYS, Customers
from insights.intervals import Estimate, mean, proportion
from insights.intervals.draws import DRAWS, times_drawn

LEAST: Final = 30  # customers a finding is about, at least
REGULAR_DAYS: Final = 5  # order days in the year that make a rhythm
LATE: Final = 3  # times the usual gap
TENTH: Final = 0.1


def findings(customers: Customers) -> list[Finding]:
    """What can be said of the customers, the most pressing first; nothing of fewer than thirty.

    A customer is late when silent three times as long as usual, and longer than two weeks.
    """
    found = (find(customers) for find in _FINDS)
    return [each for each in found if each is not None]


def late(customers: Customers) -> Finding | None:
    """Regulars who have stayed away longer than they ever mean to, and what they brought in the year."""
    regular = customers.order_days >= REGULAR_DAYS
    with np.errstate(invalid="ignore"):
        away = regular & (customers.silent > np.maximum(LATE * customers.rhythm, 14))
    share = _share(away, regular)
    counts = {"late": int(away.sum()), "regulars": int(regular.sum())}
    return _finding("late", "share", share, customers, away, counts, {"spent": float(customers.spent[away].sum())})


def change(customers: Customers) -> Finding | None:
    """How much more or less each customer spends than in the window before, of those who bought in either."""
    there = (customers.since >= 2 * WINDOW_DAYS) & ((customers.before != 0) | (customers.recent != 0))
    moved = (customers.recent - customers.before)[there]
    each = mean(moved.sum(), moved @ moved, len(moved))
    halved = there & (customers.before > 0) & (customers.recent < customers.before / 2)
    code = "change.less" if each.high < 0 else "change.more" if each.low > 0 else "change.same"
    counts = {"customers": int(there.sum()), "halved": int(halved.sum()), "weeks": WINDOW_DAYS // 7}
    return _finding(code, "money", each, customers, halved, counts, {"all": float(moved.sum())})


def tenth(customers: Customers) -> Finding | None:
    """The share of the year's revenue that the best tenth of the buyers brings."""
    buyers = np.flatnonzero(customers.spent > 0)
    if len(buyers) < LEAST:
        return None
    order = buyers[np.argsort(-customers.spent[buyers], kind="stable")]
    spent, numbers = customers.spent[order], customers.numbers[order]
    share = _top_share(spent, np.ones(len(spent)))
    drawn = [_top_share(spent, times_drawn(numbers, draw).astype(np.float64)) for draw in range(DRAWS)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    best = np.zeros(len(customers.ids), dtype=np.bool_)
    best[order[: round(TENTH * len(order))]] = True
    money = {"spent": float(customers.spent[best].sum())}
    counts = {"best": int(best.sum()), "buyers": len(buyers)}
    return _finding("tenth", "share", Estimate(share, low, high, len(buyers)), customers, best, counts, money)


def unanswered(customers: Customers) -> Finding | None:
    """The share of those contacted several times in the year who never answered."""
    often = customers.contacts >= 3
    silent = often & (customers.answers == 0)
    money = {"spent": float(customers.spent[silent].sum())}
    counts = {"silent": int(silent.sum()), "contacted": int(often.sum())}
    return _finding("unanswered", "share", _share(silent, often), customers, silent, counts, money)


_FINDS: Final[tuple[Callable[[Customers], Finding | None], ...]] = (late, unanswered, tenth, change)


def _finding(
    code: str,
    unit: Unit,
    estimate: Estimate,
    customers: Customers,
    people: Mask,
    counts: dict[str, int],
    money: dict[str, float],
) -> Finding | None:
    """A finding, unless it is of too few; those who spent most are first among its people."""
    if estimate.n < LEAST or not people.any():
        return None
    places = np.flatnonzero(people)
    return Finding(code, unit, estimate, places[np.argsort(-customers.spent[places], kind="stable")], counts, money)


def _share(some: Mask, of: Mask) -> Estimate:
    n = int(of.sum())
    return proportion(some.sum() / max(n, 1), n)


def _top_share(spent: Floats, weights: Floats) -> float:
    """What the first tenth of the weight brings of the whole, of customers who spent most first."""
    until = np.cumsum(weights)
    inside = np.clip(TENTH * until[-1] - (until - weights), 0, weights)
    return float(inside @ spent / (weights @ spent))
