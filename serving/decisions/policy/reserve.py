"""Decisions that are kept: chosen from what is left, and chosen again where somebody else took it meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Generic, TypeVar

from sqlalchemy.engine import Connection, Engine

from serving.decisions.policy.allowance import Allowance
from serving.decisions.policy.policy import Policy
from serving.store.choices.choices import Choice, Past, past_of
from serving.store.choices.reservation import Wish, lock, reserve
from serving.store.choices.totals import Claim, Used, used_of
from serving.store.commits.together import commit_together
from serving.store.reader import Ask, reading, within
from serving.telemetry.store import store_operation

Decision = TypeVar("Decision")
ATTEMPTS: Final = 3  # without keeping others waiting


@dataclass(frozen=True)
class Person:
    """Whom a decision is for: the ``customer``, all their nodes, and the one that was asked for by (``fragment``).

    Without a fragment nothing that is chosen is kept as theirs.
    """

    customer: str
    nodes: frozenset[str]
    fragment: str | None


@dataclass(frozen=True)
class Standing:
    """What limits count at a moment: what was chosen for a person in the ``past``, and what all were given."""

    past: Past
    used: Used

    @classmethod
    def by(cls, ask: Ask, policy: Policy, person: Person, *, as_of: int) -> Standing:
        """As the store has it now."""
        return cls(
            past_of(ask, person.nodes, after=policy.counts_after(as_of)), used_of(ask, policy.first_slots(as_of))
        )

    @classmethod
    def at(cls, ask: Ask, policy: Policy, person: Person, *, as_of: int) -> Standing:
        """As it was at a past moment, but for what ever was given in total, which is as it is now."""
        now, slots = cls.by(ask, policy, person, as_of=as_of), policy.slots(as_of)
        choices = [(time, touch) for time, touch in now.past.choices if time <= as_of]
        used = {key: {slot: n for slot, n in told.items() if slot <= slots[key[0]]} for key, told in now.used.items()}
        return cls(Past(now.past.last, choices), used)


@dataclass(frozen=True)
class Plan(Generic[Decision]):
    """A decision that is to be kept: the rows of what it chose, and what is left of what it took from."""

    decision: Decision
    choices: Sequence[Choice]
    allowance: Allowance


def decide_and_keep(
    engine: Engine,
    policy: Policy,
    person: Person,
    *,
    as_of: int,
    choose: Callable[[Standing], Plan[Decision]],
    keep: Callable[[Connection, Decision], object],
) -> Decision:
    """Choose, and ``keep`` the decision in the transaction that reserves what it takes.

    A few times it is chosen without keeping others waiting, and again where that was in vain; then with what is left
    held fast, so that it cannot be.
    """
    for _ in range(ATTEMPTS):
        with reading(engine) as ask:
            standing = Standing.by(ask, policy, person, as_of=as_of)
        plan = choose(standing)
        wish = wish_of(plan, standing, policy, person, as_of=as_of)
        with store_operation("save_decision"):
            kept = commit_together(engine, partial(_keep, wish, plan, keep))
        if kept:
            return plan.decision

    def hold(connection: Connection) -> Decision:
        lock(connection, [person.customer], policy.first_slots(as_of))
        standing = Standing.by(within(connection), policy, person, as_of=as_of)
        plan = choose(standing)
        _keep(wish_of(plan, standing, policy, person, as_of=as_of), plan, keep, connection)
        return plan.decision

    with store_operation("save_decision"):
        return commit_together(engine, hold)


def _keep(
    wish: Wish, plan: Plan[Decision], keep: Callable[[Connection, Decision], object], connection: Connection
) -> bool:
    """Keep a decision if what it takes is still there."""
    fits = reserve(connection, [wish]) == [True]
    if fits:
        keep(connection, plan.decision)
    return fits


def wish_of(plan: Plan[Decision], standing: Standing, policy: Policy, person: Person, *, as_of: int) -> Wish:
    """What a decision is to reserve, and what it went by."""
    after, last = policy.counts_after(as_of), standing.past.last
    return Wish(person.customer, person.nodes, last, after, plan.choices, claims_of(plan.allowance))


def claims_of(allowance: Allowance) -> list[Claim]:
    """What was taken of limits in total, as the store counts it."""
    told = []
    for (row, thing), amount in allowance.claims.items():
        limit, as_of = allowance.board.limits[row], allowance.as_of
        slot, first = limit.window.slot(as_of), limit.window.first_slot(as_of)
        told.append(Claim(limit.key, thing, slot, first, amount, limit.most_of(thing)))
    return told
