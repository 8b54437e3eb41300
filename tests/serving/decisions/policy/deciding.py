"""A policy over four candidates, decided with as HTTP does: the first of a customer's wishes that it allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Engine

from features.config.sections.decisions.decisions import DecisionSettings
from features.config.sections.decisions.policy.selection import Touch
from features.evaluate.online.record import Record
from serving.decisions.candidates.offers import Offer
from serving.decisions.choice.choose import Manner, take
from serving.decisions.policy.policy import Policy
from serving.decisions.policy.reserve import Person, Plan, Standing, decide_and_keep
from serving.store.choices.choices import Choice

CANDIDATES = (
    Touch("tea", "spring", "offer", None, "keep", "drinks", frozenset({"hot", "new"})),
    Touch("cup", "spring", "item", None, "keep", "ware", frozenset({"new"})),
    Touch("jam", "autumn", "offer", None, "grow", "food"),
    Touch("call", None, "action", None),
)
COSTS = (300, 200, 100, 0)


def policy_of(settings: Mapping[str, object], stock: Mapping[str, int] | None = None) -> Policy:
    """The policy that is declared, with so many of some offers."""
    declared = DecisionSettings.model_validate(settings)
    offers = [
        Offer(
            str(touch.offer), str(touch.type), "", touch.campaign, None, None, 0, cost, frozenset(), assumed=False,
            stock=(stock or {}).get(str(touch.offer)), issue=touch.issue, group=touch.group, tags=touch.tags,
        )
        for touch, cost in zip(CANDIDATES, COSTS, strict=True)
    ]  # fmt: skip
    return Policy.of(declared, offers, zone="Europe/Stockholm", decimals=2)


@dataclass(frozen=True)
class Kept:
    """A choice that was kept, as an oracle counts it."""

    customer: str
    time: int
    touch: Touch
    cost: int


def decide(
    store: Engine,
    policy: Policy,
    customer: str,
    *,
    as_of: int,
    wishes: Sequence[int] = (0, 1, 2, 3),
    count: int = 1,
    channel: str | None = "web",
    record: Record | None = None,
    nodes: frozenset[str] = frozenset(),
) -> list[Kept]:
    """Give a customer up to so many of what they wish, and keep that."""

    def choose(standing: Standing) -> Plan[list[int]]:
        restraint = policy.restraint(record, channel, standing.past.choices, standing.used, as_of=as_of)
        resting = {place for until in restraint.resting.values() for place in range(len(until)) if until[place]}
        chosen = [
            place
            for place, _ in take(
                [place for place in wishes if place not in resting], count, Manner(restraint=restraint)
            )
        ]
        rows = [
            Choice("d", customer, as_of, channel, "home", position, str(touch.offer), touch.campaign, str(touch.type))
            for position, touch in enumerate((CANDIDATES[place] for place in chosen), 1)
        ]
        return Plan(chosen, rows, restraint.allowance)

    person = Person(customer, frozenset({customer}) | nodes, customer)
    chosen = decide_and_keep(store, policy, person, as_of=as_of, choose=choose, keep=lambda *_: None)
    return [Kept(customer, as_of, CANDIDATES[place]._replace(channel=channel), COSTS[place]) for place in chosen]
