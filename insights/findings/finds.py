"""Each finding that the customers bear out, the most pressing first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from features.arrays import Mask
from insights.findings.finding import Figure, Finding
from insights.findings.profile import WINDOW_DAYS, Customers
from insights.intervals import Estimate, mean, proportion

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
    money = {"spent": float(customers.spent[away].sum())}
    return _finding(customers, away, Figure("late", "share", share, counts, money))


def change(customers: Customers) -> Finding | None:
    """How much more or less each customer spends than in the window before; None where that may be chance."""
    there = (customers.since >= 2 * WINDOW_DAYS) & ((customers.before != 0) | (customers.recent != 0))
    moved = (customers.recent - customers.before)[there]
    each = mean(moved.sum(), moved @ moved, len(moved))
    halved = there & (customers.before > 0) & (customers.recent < customers.before / 2)
    if not (each.high < 0 or each.low > 0):
        return None
    code = "change.less" if each.high < 0 else "change.more"
    counts = {"customers": int(there.sum()), "halved": int(halved.sum()), "weeks": WINDOW_DAYS // 7}
    return _finding(customers, halved, Figure(code, "money", each, counts, {"all": float(moved.sum())}))


def tenth(customers: Customers) -> Finding | None:
    """The share of the year's revenue that the best tenth of the buyers brings.

    Its interval is that of the Lorenz curve's ordinate, by its influence function (Cowell & Victoria-Feser 2003).
    """
    buyers = np.flatnonzero(customers.spent > 0)
    if len(buyers) < LEAST:
        return None
    order = buyers[np.argsort(-customers.spent[buyers], kind="stable")]
    spent, count = customers.spent[order], round(TENTH * len(order))
    share, least = spent[:count].sum() / spent.sum(), spent[count]
    pulls = share + (np.maximum(spent - least, 0) + TENTH * least - share * spent) / spent.mean()
    around = mean(pulls.sum(), pulls @ pulls, len(pulls))
    half = (around.high - around.low) / 2
    best = np.zeros(len(customers.ids), dtype=np.bool_)
    best[order[:count]] = True
    counts, money = {"best": count, "buyers": len(buyers)}, {"spent": float(spent[:count].sum())}
    estimate = Estimate(share, share - half, share + half, len(buyers))
    return _finding(customers, best, Figure("tenth", "share", estimate, counts, money))


def unanswered(customers: Customers) -> Finding | None:
    """The share of those contacted several times in the year who never answered."""
    often = customers.contacts >= 3
    silent = often & (customers.answers == 0)
    money = {"spent": float(customers.spent[silent].sum())}
    counts = {"silent": int(silent.sum()), "contacted": int(often.sum())}
    return _finding(customers, silent, Figure("unanswered", "share", _share(silent, often), counts, money))


_FINDS: Final[tuple[Callable[[Customers], Finding | None], ...]] = (late, unanswered, tenth, change)


def _finding(customers: Customers, people: Mask, figure: Figure) -> Finding | None:
    """A finding, unless it is of too few; those who spent most are first among its people."""
    if figure.estimate.n < LEAST or not people.any():
        return None
    places = np.flatnonzero(people)
    return Finding(figure, places[np.argsort(-customers.spent[places], kind="stable")])


def _share(some: Mask, of: Mask) -> Estimate:
    n = int(of.sum())
    return proportion(some.sum() / max(n, 1), n)
