"""One question for a decision: about whom, where and when; what is decided, and what the store keeps of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from features.evaluate.online.consent import Consent
from features.evaluate.online.record import Record
from features.privacy.pseudonyms import stored_node
from serving.decisions.choice.decided import Decided
from serving.decisions.choice.placement import Placement
from serving.decisions.control.arms import NOWHERE, Membership
from serving.decisions.decide import decide
from serving.decisions.facts.customers import Situation, facts_of
from serving.decisions.facts.facts import Facts
from serving.decisions.facts.known import Known
from serving.decisions.facts.visitors import facts_of_visitor
from serving.decisions.policy.restraint import Restraint
from serving.http.answers.customers import Customer, Moment, campaign_pairs
from serving.http.answers.deciding.barriers import barrier_of
from serving.http.answers.deciding.decision_row import row_of
from serving.http.answers.requests import DecisionRequest
from serving.http.current.state import State
from serving.scoring.lineup import Lineup
from serving.store.decisions import Decision
from serving.store.erasures.tombstones import erased_until
from training.targets.populations.contacts import contact_kinds

Json = dict[str, object]


@dataclass(frozen=True)
class Question:
    """A request with the customer whom it means, None for somebody unknown, and the id of its decision."""

    state: State
    lineup: Lineup
    request: DecisionRequest
    moment: Moment
    customer: Customer | None
    decision_id: str
    among: tuple[Known, int] | None = None  # those that are asked about together, and the place of the customer there

    @cached_property
    def barrier(self) -> str | None:
        """The reason that keeps everything from this person, if there is one."""
        return barrier_of(self.state, self.request, self.customer, self.moment)

    @property
    def is_open(self) -> bool:
        """Whether there is anything to decide: nothing keeps everything from this person.

        For somebody unknown it is decided where decisions are declared, and allowed for those who have said nothing.
        """
        if self.barrier is not None or self.customer is not None:
            return self.barrier is None
        return self.state.settings.decisions is not None and (self.consent is None or self.consent.passes("decisions"))

    @cached_property
    def consent(self) -> Consent | None:
        """What they allow; of somebody unknown, what all do who have said nothing; None where no rules are declared."""
        if self.customer is not None or self.state.rules is None:
            return None if self.customer is None else self.customer.consent
        return Consent(self.state.rules, Record.of(()), self.moment.as_of)

    @cached_property
    def fragment(self) -> str | None:
        """The node that is asked by; None where none is, and where nothing of its person may be kept."""
        profile, state = self.request.profile, self.state
        if profile is None:
            return None
        node = stored_node(state.settings, profile.id_type, profile.id)
        refused = None if self.customer is not None else erased_until(state.store, state.settings)
        until = None if refused is None else refused(node)
        return None if until is not None and until >= self.moment.as_of else node

    @cached_property
    def arms(self) -> Membership:
        """The control arms of the customer."""
        return NOWHERE if self.customer is None else self.state.setup.arms.of(self.customer.customer_id)

    @property
    def control(self) -> Json | None:
        """The same as it is told, where decisions are declared."""
        if self.state.settings.decisions is None:
            return None
        return {"arm": self.arms.arm, "gets": self.arms.gets, "campaigns": self.arms.campaigns or {}}

    @cached_property
    def placements(self) -> list[Placement]:
        """Where it is to be shown: as declared, but for what the request says itself."""
        placement = self.state.setup.placement
        return [placement(p.id, count=p.count, types=p.types, formats=p.formats) for p in self.request.placements]

    @cached_property
    def facts(self) -> Facts:
        """What is known of the customer and the situation."""
        state = self.state
        candidates, names, zone = state.setup.candidates, state.setup.rules.names, state.settings.timezone
        situation = Situation(self.request.context, self.consent, names, zone, state.setup.segmentation)
        if self.customer is None:
            as_of, usual = self.moment.as_of, state.setup.past.usual
            facts = facts_of_visitor(self.lineup, candidates, as_of=as_of, situation=situation, usual=usual)
            return replace(facts, seed=self.decision_id)
        known, place = self.among or (known_of([self]), 0)
        response = contact_kinds(state.settings)[1]
        return facts_of(known, place, candidates, response, situation=situation, arms=self.arms, seed=self.decision_id)

    def decide(self, restraint: Restraint | None = None, beyond: Restraint | None = None) -> Decided:
        """What is decided with what the policy leaves, ``beyond`` control arms too; nothing is kept by it."""
        return decide(self.state.setup, self.facts, self.placements, restraint, beyond)

    def row(self, placements: Sequence[Json], decided: Decided | None) -> Decision:
        """The decision as the store keeps it; ``decided`` is None where there was nothing to decide."""
        return row_of(
            self.state,
            self.request,
            self.moment,
            placements,
            decided,
            decision_id=self.decision_id,
            customer_id=None if self.customer is None else self.customer.customer_id,
            control=self.control,
        )


def asked_together(questions: Sequence[Question]) -> list[Question]:
    """The same questions of one state and moment, whose customers' features and scores are worked out at once."""
    if not questions:
        return []
    known = known_of(questions)
    return [replace(each, among=(known, place)) for place, each in enumerate(questions)]


def known_of(questions: Sequence[Question]) -> Known:
    """What is known of the customers of questions of one state and moment, each about somebody who is known."""
    first, records = questions[0], [each.customer.record for each in questions if each.customer is not None]
    as_of, anyone = first.moment.as_of, first.state.setup.candidates.open_campaigns
    pairs = campaign_pairs(first.state, records, as_of=as_of, anyone=anyone)
    return Known(first.lineup, records, pairs, as_of, first.state.setup.past.usual)
