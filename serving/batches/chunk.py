"""The decisions of one chunk of customers, as HTTP makes them, kept in one transaction with what they take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import compress

from sqlalchemy.engine import Connection

from serving.decisions.choice.decided import Decided
from serving.decisions.policy.policy import Policy
from serving.decisions.policy.reserve import Plan, claims_of, wish_of
from serving.decisions.policy.together import standing_with, used_with
from serving.http.answers.deciding.by_policy import Planner, decide_by_policy, planners_of
from serving.http.answers.deciding.decision_row import picked, shown
from serving.http.answers.deciding.question import Question
from serving.http.current.state import State
from serving.store.choices.reservation import Wish, reserve
from serving.store.choices.totals import Used, used_of
from serving.store.commits.together import commit_together
from serving.store.decisions import add_decision
from serving.store.reader import reading

Json = dict[str, object]


@dataclass
class Deciding:
    """Decides for chunks of customers; where nothing is kept, ``taken`` is what those before would have taken."""

    state: State
    keep: bool
    taken: Used | None = field(default=None)

    def decide(self, questions: Sequence[Question]) -> list[Decided | None]:
        """The decision of each question, None where there was nothing to decide."""
        policy = self.state.setup.policy
        if policy is None:
            decided = [question.decide() if question.is_open else None for question in questions]
            if self.keep:
                commit_together(self.state.store, lambda connection: self._add_all(connection, questions, decided))
            return decided
        return self._by_policy(policy, questions)

    def _by_policy(self, policy: Policy, questions: Sequence[Question]) -> list[Decided | None]:
        planners = planners_of([question for question in questions if question.is_open], policy)
        planned = self._planned(policy, planners)
        if self.keep:
            fits = commit_together(self.state.store, lambda connection: self._reserve(connection, questions, planned))
            told = [
                plan.decision if fit else self._again(policy, planner.question)
                for planner, (plan, _), fit in zip(planners, planned, fits, strict=True)
            ]
        else:
            told = [plan.decision for plan, _ in planned]
        by_id = {planner.question.decision_id: each for planner, each in zip(planners, told, strict=True)}
        return [by_id.get(question.decision_id) for question in questions]

    def _again(self, policy: Policy, question: Question) -> Decided:
        """The decision where somebody else took meanwhile what it took."""
        return decide_by_policy(question, policy, keep=partial(self._add, question))

    def _planned(self, policy: Policy, planners: Sequence[Planner]) -> list[tuple[Plan[Decided], Wish]]:
        """The decisions one after the other, each with what those before it leave."""
        planned = []
        with reading(self.state.store) as ask:
            used = self.taken
            for planner in planners:
                person, as_of = planner.person, planner.question.moment.as_of
                used = used_of(ask, policy.first_slots(as_of)) if used is None else used
                standing = standing_with(ask, policy, person, used, as_of=as_of)
                plan = planner.plan(standing)
                planned.append((plan, wish_of(plan, standing, policy, person, as_of=as_of)))
                used = used_with(used, claims_of(plan.allowance))
        if not self.keep:
            self.taken = used
        return planned

    def _reserve(
        self, connection: Connection, questions: Sequence[Question], planned: Sequence[tuple[Plan[Decided], Wish]]
    ) -> list[bool]:
        """Keep each decision whose wish can be; those that cannot are to be chosen again."""
        fits = reserve(connection, [wish for _, wish in planned])
        nothing = [question for question in questions if not question.is_open]
        some = [question for question in questions if question.is_open]
        self._add_all(connection, nothing, [None] * len(nothing))
        self._add_all(connection, [*compress(some, fits)], [plan.decision for plan, _ in compress(planned, fits)])
        return fits

    def _add_all(
        self, connection: Connection, questions: Sequence[Question], decided: Sequence[Decided | None]
    ) -> None:
        for question, each in zip(questions, decided, strict=True):
            self._add(question, connection, each)

    def _add(self, question: Question, connection: Connection, decided: Decided | None) -> None:
        row = question.row(placements_of(question, decided), decided)
        add_decision(connection, row, lambda: self.state.catalogue.content)


def placements_of(question: Question, decided: Decided | None) -> list[Json]:
    """What each placement shows, as the store keeps it."""
    if decided is not None:
        return picked(question.state, decided)
    nothing = question.state.setup.telling.nothing(question.placements, question.barrier or "", explain="none")
    return [shown(each) for each in nothing]
