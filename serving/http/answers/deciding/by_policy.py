"""A decision as far as the policy goes: what it counts is reserved where the decision is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.engine import Connection

from features.evaluate.online.record import Record
from serving.decisions.choice.decided import Decided
from serving.decisions.policy.policy import Policy
from serving.decisions.policy.reserve import Person, Plan, Standing, decide_and_keep
from serving.decisions.policy.restraint import Restraint
from serving.http.answers.deciding.question import Question
from serving.store.choices.choices import DECISION, HOLDOUT, Choice
from serving.store.people.lookup import nodes_joined
from serving.store.reader import reading
from serving.store.records import records_of


@dataclass(frozen=True)
class Planner:
    """Plans the decision of a question for a ``person``, with what the policy leaves."""

    question: Question
    policy: Policy
    person: Person

    @cached_property
    def record(self) -> Record | None:
        """What happened to the person; of somebody unknown, what came over HTTP under the node that they ask by."""
        question, node = self.question, self.person.fragment
        if question.customer is not None:
            return question.customer.record
        if node is None or self.policy.kinds <= {DECISION}:
            return None
        return records_of(question.state.store, [node]).get(node)

    def plan(self, standing: Standing) -> Plan[Decided]:
        """The decision as things stand."""
        question, past, used = self.question, standing.past, standing.used
        if question.state.seen is not None:
            used = {**used, **question.state.seen.used}
        told = self.record, question.facts.channel
        restraint = self.policy.restraint(*told, past.choices, used, as_of=question.moment.as_of)
        beyond: Restraint | None = None
        if question.arms.is_control:
            beyond = self.policy.restraint(*told, past.as_if_shown, used, as_of=question.moment.as_of)
        decided = question.decide(restraint, beyond)
        return Plan(decided, list(_choices(question, self.person.fragment, decided)), restraint.allowance)


def planners_of(questions: Sequence[Question], policy: Policy) -> list[Planner]:
    """Planners of questions of one state; somebody unknown has the node that is asked by, if there is one, alone."""
    customers = [None if question.customer is None else question.customer.customer_id for question in questions]
    nodes: dict[str, list[str]] = {customer: [customer] for customer in customers if customer is not None}
    if questions and questions[0].state.settings.identity is not None:
        for node, customer in nodes_joined(questions[0].state.store, [*nodes]):
            nodes[customer].append(node)
    return [
        Planner(question, policy, _person(question, [] if customer is None else nodes[customer]))
        for question, customer in zip(questions, customers, strict=True)
    ]


def decide_by_policy(
    question: Question, policy: Policy, *, keep: Callable[[Connection, Decided], object] | None
) -> Decided:
    """Decide with what the policy leaves; without ``keep`` nothing is counted."""
    (planner,), moment, store = planners_of([question], policy), question.moment, question.state.store
    if keep is not None:
        return decide_and_keep(store, policy, planner.person, as_of=moment.as_of, choose=planner.plan, keep=keep)
    with reading(store) as ask:
        standing = (Standing.at if moment.is_past else Standing.by)(ask, policy, planner.person, as_of=moment.as_of)
    return planner.plan(standing).decision


def _person(question: Question, nodes: Sequence[str]) -> Person:
    """Whom a question is about; of whom no node is kept, a person of this decision alone."""
    told = frozenset(node for node in (*nodes, question.fragment) if node is not None)
    someone = question.fragment or question.decision_id
    customer = someone if question.customer is None else question.customer.customer_id
    return Person(customer, told, question.fragment)


def _choices(question: Question, fragment: str | None, decided: Decided) -> Iterator[Choice]:
    offers, as_of = question.state.setup.candidates.offers, question.moment.as_of
    if fragment is None:
        return
    arm, channel = question.facts.arms.arm, question.facts.channel
    shown = [
        (pick.place, placement.id, position, DECISION, arm)
        for placement, picks in zip(decided.placements, decided.picks, strict=True)
        for position, pick in enumerate(picks, 1)
    ]
    held = [(each.place, each.placement, each.position, HOLDOUT, each.arm) for each in decided.held]
    for place, placement_id, position, kind, own in (*shown, *held):
        offer = offers[place]
        yield Choice(
            question.decision_id, fragment, as_of, channel, placement_id, position, offer.offer_id, offer.campaign_id,
            offer.type, kind, own,
        )  # fmt: skip
