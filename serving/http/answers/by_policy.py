"""A decision as far as the policy goes: what it counts is reserved where the decision is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from features.privacy.pseudonyms import stored_node
from serving.decisions.choice.decided import Decided
from serving.decisions.policy.policy import Policy
from serving.decisions.policy.reserve import Person, Plan, Standing, decide_and_keep
from serving.decisions.policy.restraint import Restraint
from serving.http.answers.customers import Customer, Moment
from serving.http.answers.requests import Profile
from serving.http.current.state import State
from serving.store.choices.choices import Choice
from serving.store.people.lookup import nodes_joined
from serving.store.reader import reading


@dataclass(frozen=True)
class Asked:
    """A decision that is asked for: whose, by which identifier, when and in which situation."""

    decision_id: str
    customer: Customer
    profile: Profile
    moment: Moment
    context: Mapping[str, object]


def decide_by_policy(
    state: State,
    policy: Policy,
    asked: Asked,
    channel: str | None,
    decide: Callable[[Restraint], Decided],
    *,
    keep: Callable[[Connection, Decided], object] | None,
) -> Decided:
    """Decide with what the policy leaves; without ``keep`` nothing is counted."""
    as_of, person = asked.moment.as_of, _person(state, asked)

    def plan(standing: Standing) -> Plan[Decided]:
        past, used = standing.past.choices, standing.used
        restraint = policy.restraint(asked.customer.record, channel, past, used, as_of=as_of)
        decided = decide(restraint)
        return Plan(decided, list(_choices(state, asked, person.fragment, channel, decided)), restraint.allowance)

    if keep is not None:
        return decide_and_keep(state.store, policy, person, as_of=as_of, choose=plan, keep=keep)
    with reading(state.store) as ask:
        standing = (Standing.at if asked.moment.is_past else Standing.by)(ask, policy, person, as_of=as_of)
    return plan(standing).decision


def _person(state: State, asked: Asked) -> Person:
    customer = asked.customer.customer_id
    fragment = stored_node(state.settings, asked.profile.id_type, asked.profile.id)
    others = [] if state.settings.identity is None else [node for node, _ in nodes_joined(state.store, [customer])]
    return Person(customer, frozenset([customer, fragment, *others]), fragment)


def _choices(state: State, asked: Asked, fragment: str, channel: str | None, decided: Decided) -> Iterator[Choice]:
    offers, as_of = state.setup.candidates.offers, asked.moment.as_of
    for placement, picks in zip(decided.placements, decided.picks, strict=True):
        for position, pick in enumerate(picks, 1):
            offer = offers[pick.place]
            yield Choice(
                asked.decision_id, fragment, as_of, channel, placement.id, position,
                offer.offer_id, offer.campaign_id, offer.type,
            )  # fmt: skip
