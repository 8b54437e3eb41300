"""What somebody else takes while a decision is chosen: it is chosen again, and at last with everything held fast."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from serving.decisions.choice.choose import Manner, take
from serving.decisions.policy.reserve import ATTEMPTS, Person, Plan, Standing, decide_and_keep
from serving.store.choices.choices import Choice
from serving.store.engine import open_store
from tests.serving.decisions.policy.deciding import CANDIDATES, decide, policy_of


@pytest.fixture
def store(tmp_path: Path) -> Engine:
    return open_store(f"sqlite:///{tmp_path / 'store.db'}")


@pytest.mark.parametrize(
    ("cap", "other", "chosen"),
    [
        ({"limit": 1, "offer": "tea"}, "1", ["tea", "cup"]),
        ({"limit": 1, "offer": "tea"}, "2", ["tea"]),  # nobody else's counts
        ({"limit": 1, "offer": "tea", "scope": "total"}, "2", ["tea", "cup"]),
        ({"limit": 1, "campaign": "spring", "scope": "total"}, "2", ["tea", "jam"]),
    ],
)
@pytest.mark.parametrize("times", [1, ATTEMPTS])
def test_what_was_taken_meanwhile_is_chosen_again(
    store: Engine, cap: dict[str, object], other: str, chosen: list[str], times: int
) -> None:
    policy, calls = policy_of({"caps": {"it": cap}}), list[str]()

    def choose(standing: Standing) -> Plan[None]:
        restraint = policy.restraint(None, "web", standing.past.choices, standing.used, as_of=9)
        ((place, _),) = take(range(4), 1, Manner(restraint=restraint))
        touch = CANDIDATES[place]
        if len(calls) < times:
            decide(store, policy, other, as_of=9, wishes=(0, 3) if not calls else (3,))
        calls.append(str(touch.offer))
        row = Choice("d", "1", 9, "web", "home", 1, str(touch.offer), touch.campaign, str(touch.type))
        return Plan(None, [row], restraint.allowance)

    decide_and_keep(store, policy, Person("1", frozenset("1"), "1"), as_of=9, choose=choose, keep=lambda *_: None)
    again = times if other == "1" else len(chosen) - 1  # whatever is chosen for the same person lets it be chosen anew
    assert calls == [chosen[0], *[chosen[-1]] * again]
