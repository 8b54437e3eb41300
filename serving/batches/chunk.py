"""The decisions of one chunk of customers, as HTTP makes them, kept in one transaction with what they take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import NamedTuple

from sqlalchemy.engine import Connection

from serving.decisions.choice.decided import Decided
from serving.decisions.policy.policy import Policy
from serving.decisions.policy.reserve import Plan, claims_of, wish_of
from serving.decisions.policy.together import standing_with, used_with
from serving.http.answers.deciding.by_policy import Planner, decide_by_policy, planners_of
from serving.http.answers.deciding.decision_row import picked, shown
from serving.http.answers.deciding.question import Question, asked_together
from serving.http.current.state import State
from serving.store.choices.reservation import Wish, reserve
from serving.store.choices.totals import Used, used_of
from serving.store.commits.together import commit_together
from serving.store.decisions import Decision, add_decisions
from serving.store.reader import reading

Json = dict[str, object]


@dataclass
class Deciding:
    """Decides for chunks of customers; where nothing is kept, ``taken`` is what those before would have taken."""

    state: State
    keep: bool
    taken: Used | None = field(default=None)

    def decide(self, questions: Sequence[Question]) -> list[Made]:
        """What each question comes to."""
        some = asked_together([question for question in questions if question.is_open])
        nothing = [Made.of(question, None) for question in questions if not question.is_open]
        policy = self.state.setup.policy
        if policy is not None:
            made = self._by_policy(policy, some, nothing)
        else:
            made = [Made.of(question, question.decide()) for question in some]
            if self.keep:
                commit_together(self.state.store, lambda connection: self._add(connection, [*nothing, *made]))
        by_id = {each.question.decision_id: each for each in (*nothing, *made)}
        return [by_id[question.decision_id] for question in questions]

    def _by_policy(self, policy: Policy, questions: Sequence[Question], nothing: Sequence[Made]) -> list[Made]:
        planners = planners_of(questions, policy)
        planned = self._planned(policy, planners)
        made = [Made.of(question, plan.decision) for question, (plan, _) in zip(questions, planned, strict=True)]
        if not self.keep:
            return made

        def take(connection: Connection) -> list[bool]:
            fits = reserve(connection, [wish for _, wish in planned])
            self._add(connection, [*nothing, *compress(made, fits)])
            return fits

        fits = commit_together(self.state.store, take)
        return [each if fit else self._again(policy, each.question) for each, fit in zip(made, fits, strict=True)]

    def _again(self, policy: Policy, question: Question) -> Made:
        """What a question comes to where somebody else took meanwhile what it took."""

        def keep(connection: Connection, decided: Decided) -> None:
            self._add(connection, [Made.of(question, decided)])

        return Made.of(question, decide_by_policy(question, policy, keep=keep))

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

    def _add(self, connection: Connection, several: Sequence[Made]) -> None:
        rows = [made.row for made in several]
        add_decisions(connection, rows, lambda: self.state.catalogue.content)


class Made(NamedTuple):
    """What a question came to: ``decided`` is None where there was nothing to decide, ``row`` is what is kept of it."""

    question: Question
    decided: Decided | None
    row: Decision

    @classmethod
    def of(cls, question: Question, decided: Decided | None) -> Made:
        """It with the row that the store keeps."""
        return cls(question, decided, question.row(placements_of(question, decided), decided))


def placements_of(question: Question, decided: Decided | None) -> list[Json]:
    """What each placement shows, as the store keeps it."""
    if decided is not None:
        return picked(question.state, decided)
    nothing = question.state.setup.telling.nothing(question.placements, question.barrier or "", explain="none")
    return [shown(each) for each in nothing]
