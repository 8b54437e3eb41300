"""Whatever happens in whichever order: what was kept never exceeds a cap, a budget or the stock, and uses them up.

The oracle counts over the log of what was kept, by the words of the documentation and without any code of the product.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy.engine import Engine

from features.config.sections.decisions.policy.selection import Touch
from features.units import DAY, HOUR, MINUTE
from serving.decisions.policy.policy import Policy
from serving.store.engine import open_store
from serving.store.tables.schema import CHOICES, TOTALS
from tests.serving.decisions.policy.deciding import CANDIDATES, COSTS, Kept, decide, policy_of

START = 19_815 * DAY  # 2024-04-02, two days after the clocks went forward
CAPS: Sequence[Mapping[str, object]] = (
    {"limit": 2, "within": "1h"},
    {"limit": 1, "each": "offer", "every": "day"},
    {"limit": 3, "each": "campaign", "every": "week"},
    {"limit": 2, "type": "offer", "channel": "email"},
    {"limit": 1, "each": "group", "issue": "keep", "within": "6h"},
    {"limit": 1, "distinct": "group", "every": "day"},
    {"limit": 1, "distinct": "campaign", "within": "6h"},
    {"limit": 2, "each": "channel", "distinct": "offer", "every": "month"},
    {"limit": 4, "scope": "total", "within": "1h"},
    {"limit": 3, "scope": "total", "each": "offer", "every": "day"},
    {"limit": 5, "scope": "total", "campaign": "spring"},
)
FOLDER = TemporaryDirectory()


@cache
def store() -> Engine:
    return open_store(f"sqlite:///{FOLDER.name}/store.db")


def label(every: str, time: int) -> str:
    """The day, week or month of a moment on a clock in Stockholm."""
    local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time)).astimezone(ZoneInfo("Europe/Stockholm"))
    return local.strftime({"day": "%Y-%m-%d", "week": "%G-%V", "month": "%Y-%m"}[every])


def is_about(cap: Mapping[str, Any], touch: Touch) -> bool:
    return all(cap.get(name, told) == told for name, told in touch._asdict().items())


def in_window(cap: Mapping[str, Any], counted: int, now: int, *, slack: int = 0) -> bool:
    if "within" in cap:
        return counted > now - int(cap["within"][:-1]) * HOUR - (slack if cap.get("scope") == "total" else 0)
    return label(cap["every"], counted) == label(cap["every"], now) if "every" in cap else True


def has_room(
    cap: Mapping[str, Any], log: Sequence[Kept], people: frozenset[str], wish: Touch, now: int, *, slack: int = 0
) -> bool:
    """Whether a cap allows one more, counted over the log."""
    each, distinct = cap.get("each"), cap.get("distinct")
    if not is_about(cap, wish) or any(getattr(wish, name) is None for name in (each, distinct) if name is not None):
        return True
    alike = [
        kept.touch
        for kept in log
        if is_about(cap, kept.touch)
        and (cap.get("scope") == "total" or kept.customer in people)
        and in_window(cap, kept.time, now, slack=slack)
        and (each is None or getattr(kept.touch, each) == getattr(wish, each))
    ]
    if distinct is None:
        return len(alike) < int(cap["limit"])
    names = {getattr(touch, distinct) for touch in alike} - {None}
    return getattr(wish, distinct) in names or len(names) < int(cap["limit"])


class Deciding(RuleBasedStateMachine):
    """Decisions for three people, two of whom turn out to be one."""

    @initialize(
        caps=st.lists(st.sampled_from(CAPS), min_size=1, max_size=4, unique_by=str),
        budget=st.sampled_from([None, 5, 12]),
        stock=st.sampled_from([None, 3]),
    )
    def declare(self, caps: list[Mapping[str, Any]], budget: int | None, stock: int | None) -> None:
        with store().begin() as connection:
            connection.execute(sa.delete(CHOICES))
            connection.execute(sa.delete(TOTALS))
        self.caps, self.budget, self.stock = caps, budget, stock
        settings: dict[str, object] = {"caps": {f"cap_{i}": dict(cap) for i, cap in enumerate(caps)}}
        settings |= {} if budget is None else {"budgets": {"all": {"amount": budget, "every": "week"}}}
        self.policy: Policy = policy_of(settings, {} if stock is None else {"tea": stock})
        self.log = list[Kept]()
        self.now, self.persons = START, [frozenset("1"), frozenset("2"), frozenset("3")]

    @rule(after=st.sampled_from([0, 1, MINUTE, 59 * MINUTE, HOUR, 5 * HOUR, DAY, 6 * DAY]))
    def wait(self, after: int) -> None:
        self.now += after

    @rule()
    def join(self) -> None:
        """Customers 1 and 2 turn out to be one: what either was shown counts for both."""
        self.persons = [frozenset("12"), frozenset("12"), frozenset("3")]

    @rule(
        who=st.integers(0, 2),
        wishes=st.permutations(range(4)),
        count=st.integers(1, 3),
        channel=st.sampled_from(["web", "email"]),
    )
    def decide(self, who: int, wishes: list[int], count: int, channel: str) -> None:
        people, before = self.persons[who], list(self.log)
        kept = decide(
            store(),
            self.policy,
            str(who + 1),
            as_of=self.now,
            wishes=wishes,
            count=count,
            channel=channel,
            nodes=people,
        )
        for place in wishes:
            wish, done = CANDIDATES[place]._replace(channel=channel), len(self.log) - len(before)
            if done < len(kept) and kept[done].touch == wish:
                assert self._allows(people, wish, COSTS[place]), wish
                self.log.append(kept[done])
            elif done < count:  # a window in total moves on in steps
                assert not self._allows(people, wish, COSTS[place], slack=MINUTE), wish
        assert self.log == before + kept

    def _allows(self, people: frozenset[str], wish: Touch, cost: int, *, slack: int = 0) -> bool:
        """Whether everything that is declared allows one more."""
        spent = sum(kept.cost for kept in self.log if label("week", kept.time) == label("week", self.now))
        teas = sum(kept.touch.offer == "tea" for kept in self.log)
        return (
            all(has_room(cap, self.log, people, wish, self.now, slack=slack) for cap in self.caps)
            and (self.budget is None or not cost or spent + cost <= 100 * self.budget)
            and (self.stock is None or wish.offer != "tea" or teas < self.stock)
        )


test_what_is_kept_is_what_the_words_allow = Deciding.TestCase
