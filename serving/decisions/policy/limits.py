"""Limits: caps, budgets and stock in one form, which says what is counted and how much of it there may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final, cast

from features.config.sections.decisions.decisions import DecisionSettings
from features.config.sections.decisions.policy.caps import Distinct
from features.config.sections.decisions.policy.selection import Each, Group, Selection, Touch
from serving.decisions.policy.history import Moments
from serving.decisions.policy.windows import Window
from serving.store.choices.choices import DECISION

ThingOf = Callable[[Touch], str | None]  # what is counted by itself, such as an offer; None of what is not counted
CAP, BUDGET, OUT_OF_STOCK = "cap", "budget", "out_of_stock"
_KINDS: Final = {"decisions": DECISION, "exposures": "exposure", "clicks": "click", "redemptions": "redeem"}
_KEPT: Final = 10_000  # things of touches that are remembered


@dataclass(frozen=True)
class Limit:
    """At most so many (``most``) events of a ``kind`` in a window, of each thing: for one customer, or in ``total``.

    Where the things have limits of their own, ``most`` has one for each.
    With ``distinct`` different ones count, such as campaigns; ``by_cost`` the cost of candidates, in minor units.
    """

    code: str
    name: str
    most: int | Mapping[str, int]
    window: Window
    thing_of: ThingOf
    kind: str = DECISION
    total: bool = False
    distinct: Distinct | None = None
    by_cost: bool = False

    @property
    def counts_decisions(self) -> bool:
        """Whether it counts what is chosen, which is reserved with each decision."""
        return self.kind == DECISION

    def counted(self, moments: Moments, *, as_of: int) -> list[tuple[int, Touch, str]]:
        """Those of a customer's events that count at a moment, each with its thing."""
        after, before = self.window.bounds(as_of)
        told = [(time, touch, self.thing_of(touch)) for time, touch in moments if after < time < before]
        return [(time, touch, thing) for time, touch, thing in told if thing is not None]

    def most_of(self, thing: str) -> int:
        """How much of a thing there may be."""
        return self.most if isinstance(self.most, int) else self.most[thing]

    @property
    def key(self) -> str:
        """By which its counts are kept."""
        return f"{self.code}:{self.name}"


def limits_of(settings: DecisionSettings, stock: Mapping[str, int], *, zone: str, units: int) -> tuple[Limit, ...]:
    """The limits that are declared, and the ``stock`` of each offer that has one.

    The calendar is that of a ``zone``; a unit of the currency has so many minor ``units``.

    >>> caps = {"weekly": {"limit": 3, "channel": "email", "every": "week"}}
    >>> declared = DecisionSettings.model_validate({"caps": caps})
    >>> [limit.key for limit in limits_of(declared, {"tea": 10}, zone="UTC", units=100)]
    ['cap:weekly', 'out_of_stock:']
    """
    return tuple(_limits(settings, stock, zone, units))


def _limits(settings: DecisionSettings, stock: Mapping[str, int], zone: str, units: int) -> Iterator[Limit]:
    groups = settings.groups
    for name, cap in settings.caps.items():
        window, thing = Window(cap.within, cap.every, zone), thing_of(cap, cap.each, groups, cap.distinct)
        kind, total = _KINDS[cap.counts], cap.scope == "total"
        yield Limit(CAP, name, cap.limit, window, thing, kind=kind, total=total, distinct=cap.distinct)
    for name, budget in settings.budgets.items():
        most, window = round(budget.amount * units), Window(every=budget.every, zone=zone)
        yield Limit(BUDGET, name, most, window, thing_of(budget, None, groups), total=True, by_cost=True)
    if stock:
        thing = thing_of(Selection(offer=tuple(stock)), "offer", groups)
        yield Limit(OUT_OF_STOCK, "", stock, Window(), thing, total=True)


def thing_of(
    selection: Selection, each: Each | None, groups: Mapping[str, Group], distinct: Each | None = None
) -> ThingOf:
    """What a touch is counted as, by itself: its offer, campaign, group or the like, or all together as ``""``.

    Of those that are counted once, as ``distinct`` says, what has no such name is not counted.

    >>> by_campaign = thing_of(Selection(channel="email"), "campaign", {})
    >>> by_campaign(Touch("tea", "spring", "offer", "email")), by_campaign(Touch("tea", "spring", "offer", "web"))
    ('spring', None)
    """
    told = lru_cache(maxsize=_KEPT)(partial(_thing, selection, each, groups, distinct))
    return cast(ThingOf, told)


def _thing(
    selection: Selection, each: Each | None, groups: Mapping[str, Group], distinct: Each | None, touch: Touch
) -> str | None:
    if not selection.covers(touch, groups) or (distinct is not None and getattr(touch, distinct) is None):
        return None
    return "" if each is None else getattr(touch, each)
