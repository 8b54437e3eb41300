"""Caps, budgets and stock: what is left of them, on literal histories."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from features.reading.iso import parse
from features.units import DAY, HOUR
from serving.decisions.choice.choose import Manner, take
from serving.store.engine import open_store
from tests.serving.decisions.policy.deciding import CANDIDATES, decide, policy_of

NOON = parse("2024-04-03T12:00:00Z", code="bad_date", field="")  # a Wednesday, 14:00 in Stockholm


TOTAL = {"limit": 1, "scope": "total"}
Step = tuple[int, str] | tuple[int, str, int]  # after so many µs, for a customer, what is wished for


@pytest.fixture
def store(tmp_path: Path) -> Engine:
    return open_store(f"sqlite:///{tmp_path / 'store.db'}")


def given(store: Engine, settings: dict[str, object], *steps: Step, stock: dict[str, int] | None = None) -> list[str]:
    """What is chosen at each step: the one that is wished for, or the first that may be."""
    policy = policy_of(settings, stock)
    told = []
    for after, customer, *wish in steps:
        kept = decide(store, policy, customer, as_of=NOON + after, wishes=wish or (0, 1, 2, 3))
        told.append(str(kept[0].touch.offer) if kept else "–")
    return told


@pytest.mark.parametrize(
    ("cap", "steps", "chosen"),
    [
        # at most two a day by the company's clock: the next one begins at 22:00 UTC
        ({"limit": 2, "every": "day"}, [(0, "1"), (0, "1"), (10 * HOUR - 1, "1"), (10 * HOUR, "1")], "tea tea – tea"),
        # what somebody whose clock is ahead has counted for tomorrow is not today's, but in a rolling window it is
        ({"limit": 1, "every": "day"}, [(10 * HOUR, "1"), (0, "1")], "tea tea"),
        ({"limit": 1, "within": "1d"}, [(10 * HOUR, "1"), (0, "1")], "tea –"),
        # a rolling window: what was shown a window ago no longer counts
        ({"limit": 2, "within": "10m"}, [(0, "1"), (1, "1"), (599_999_999, "1"), (600_000_000, "1")], "tea tea – tea"),
        # each offer by itself
        ({"limit": 1, "each": "offer"}, [(0, "1")] * 5, "tea cup jam call –"),
        # each campaign by itself; what is of none is not counted
        ({"limit": 1, "each": "campaign"}, [(0, "1")] * 4, "tea jam call call"),
        # only one of different campaigns at a time: they exclude each other, and what is of none does not count
        (
            {"limit": 1, "distinct": "campaign", "within": "1h"},
            [(0, "1", 2), (1, "1"), (HOUR, "1"), (2 * HOUR, "1")],
            "jam jam jam tea",
        ),
        # only offers of a type
        ({"limit": 1, "type": "offer"}, [(0, "1")] * 2, "tea cup"),
        # of declared groups of candidates together
        ({"limit": 1, "among": "things"}, [(0, "1")] * 2, "tea jam"),
        ({"limit": 1, "among": ["new", "things"]}, [(0, "1")] * 2, "tea jam"),
        # by the columns that no event tells: of its tags one is enough
        ({"limit": 1, "tag": ["hot", "cold"]}, [(0, "1")] * 2, "tea cup"),
        ({"limit": 1, "tag": "new"}, [(0, "1")] * 2, "tea jam"),
        ({"limit": 1, "issue": "keep"}, [(0, "1")] * 2, "tea jam"),
        ({"limit": 1, "group": ["drinks", "food"]}, [(0, "1")] * 2 + [(0, "1", 2, 1)], "tea cup cup"),
        # each group by itself; what is of none is not counted
        ({"limit": 1, "each": "group"}, [(0, "1")] * 5, "tea cup jam call call"),
        ({"limit": 1, "each": "group"} | TOTAL, [(0, "1"), (0, "2"), (0, "3"), (0, "4")], "tea cup jam call"),
        ({"limit": 1, "each": "issue"}, [(0, "1")] * 3, "tea jam call"),
        # one of different groups at a time
        ({"limit": 1, "distinct": "group", "within": "1h"}, [(0, "1", 2), (1, "1"), (HOUR, "1", 1)], "jam jam –"),
        # of other channels nothing
        ({"limit": 1, "channel": "email"}, [(0, "1")] * 2, "tea tea"),
        # each customer has their own, but what is limited in total is everybody's
        ({"limit": 1, "campaign": "spring"}, [(0, "1"), (0, "2"), (0, "1")], "tea tea jam"),
        ({"limit": 2, "campaign": "spring", "scope": "total"}, [(0, "1"), (0, "2"), (0, "3")], "tea tea jam"),
        # in total, in a rolling window, whose steps are a sixtieth of it
        (TOTAL | {"within": "1h"}, [(1, "1"), (HOUR, "2"), (HOUR + 60_000_000, "2")], "tea – tea"),
        (TOTAL | {"every": "week"}, [(0, "1"), (4 * DAY, "2"), (4 * DAY + 10 * HOUR, "2")], "tea – tea"),
    ],
)  # fmt: skip
def test_a_cap_keeps_what_it_counts(store: Engine, cap: dict[str, object], steps: list[Step], chosen: str) -> None:
    settings = {"groups": {"things": {"issue": "keep"}, "new": {"tag": "new"}}, "caps": {"it": cap}}
    assert " ".join(given(store, settings, *steps)) == chosen


def test_a_budget_gives_what_it_has_and_then_what_costs_less(store: Engine) -> None:
    # 8.00: tea costs 3, cup 2, jam 1: tea, tea, cup, then nothing that costs anything
    assert given(store, {"budgets": {"spring": {"amount": 8}}}, *[(0, str(i)) for i in range(5)]) == [
        "tea", "tea", "cup", "call", "call",
    ]  # fmt: skip


def test_stock_is_given_away_once_whoever_asks(store: Engine) -> None:
    told = given(store, {}, *[(0, str(i)) for i in range(3)], stock={"tea": 2, "cup": 0})
    assert told == ["tea", "tea", "jam"]


def test_what_is_chosen_beside_counts_within_one_decision(store: Engine) -> None:
    for caps, chosen in (
        ({"a": {"limit": 1, "campaign": "spring"}}, ["tea", "jam", "call"]),
        ({"a": {"limit": 1, "distinct": "campaign"}}, ["tea", "cup", "call"]),
        ({"a": {"limit": 2}}, ["tea", "cup"]),
    ):
        kept = decide(store, policy_of({"caps": caps}), str(caps), as_of=NOON, count=4)
        assert [each.touch.offer for each in kept] == chosen


@pytest.mark.parametrize(
    ("settings", "code", "params"),
    [
        # tea was shown at noon and an hour later
        (
            {"caps": {"w": {"limit": 2, "within": "7d"}}},
            "cap",
            {"cap": "w", "count": 2, "limit": 2, "again_at": 7 * DAY},
        ),
        (
            {"caps": {"w": {"limit": 1, "within": "7d"}}},
            "cap",
            {"cap": "w", "count": 2, "limit": 1, "again_at": 7 * DAY + HOUR},
        ),
        # of each group by itself it is told of which
        (
            {"caps": {"w": {"limit": 1, "each": "group"}}},
            "cap",
            {"cap": "w", "of": "drinks", "count": 2, "limit": 1, "again_at": None},
        ),
        # Monday begins at 22:00 UTC
        (
            {"caps": {"w": {"limit": 2, "every": "week"}}},
            "cap",
            {"cap": "w", "count": 2, "limit": 2, "again_at": 4 * DAY + 10 * HOUR},
        ),
        ({"caps": {"w": {"limit": 2}}}, "cap", {"cap": "w", "count": 2, "limit": 2, "again_at": None}),
        (
            {"budgets": {"b": {"amount": 8}}},
            "budget",
            {"budget": "b", "spent": "6.00", "amount": "8.00", "again_at": None},
        ),
        ({}, "out_of_stock", {"count": 2, "limit": 2}),
    ],
)
def test_it_is_told_how_much_there_was_and_when_there_is_more(
    settings: dict[str, object], code: str, params: dict[str, object]
) -> None:
    tea = CANDIDATES[0]._replace(channel="web")
    used = {("budget:b", ""): {0: 600}, ("out_of_stock:", "tea"): {0: 2}}
    shown = [(NOON, tea), (NOON + HOUR, tea)]
    left = policy_of(settings, {"tea": 2} if code == "out_of_stock" else {}).restraint(
        None, "web", shown, used, as_of=NOON + 2 * HOUR
    )
    assert take([0], 1, Manner(restraint=left)) == []
    check, told = left.full[0][0]
    again = told.get("again_at")
    since_noon = {"again_at": again - NOON} if isinstance(again, int) else {}
    assert (check.code, {**told, **since_noon}) == (code, params)
