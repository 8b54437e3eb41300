"""The rules of consent over one customer's record: the same answers as those of a gatekeeper over frames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, cast

import numpy as np

from features.arrays import Flags, Mask
from features.config.sections.consent import Answer, DefaultByAttribute, Gate, Purpose
from features.evaluate.online.record import Record
from features.evaluate.online.words import Words
from features.events.identifiers import node
from features.events.statements.addresses import CHANNELS, Permission, closed_as
from features.events.statements.stances import Stance
from features.events.statements.statement import Statement
from features.privacy.rules import ConsentRules
from features.privacy.standing import REFUSALS, STATES, State


@dataclass(frozen=True)
class PurposeConsent:
    """Where a customer stands on a purpose at a moment: the state, since when (µs), and whether it is allowed.

    ``addresses`` are those of the purpose's channel, by their nodes.
    """

    state: State
    since: int | None
    allowed: bool
    addresses: Mapping[str, Permission] = field(default_factory=dict)


_PERMISSIONS: Final = {
    State.UNKNOWN: Permission.UNKNOWN, State.PENDING: Permission.PENDING, State.GRANTED: Permission.SUBSCRIBED,
}  # fmt: skip


@dataclass(frozen=True)
class Consent:
    """What one customer allows at a moment (µs), by all words in the record: a later no counts too.

    >>> from features.config.sections.consent import ConsentSettings
    >>> said = {"event_id": "a", "kind": "consent", "time": 1, "purpose": "ads", "status": "granted"}
    >>> rules = ConsentRules(ConsentSettings.model_validate({"purposes": {"ads": {"gates": ["decisions"]}}}))
    >>> [Consent(rules, Record.of([said]), as_of).passes("decisions") for as_of in (0, 1)]
    [False, True]
    """

    rules: ConsentRules
    record: Record
    as_of: int

    def passes(self, gate: Gate) -> bool:
        """Whether the customer passes a gate: every purpose of it is allowed."""
        return all(self.of(name, purpose).allowed for name, purpose in self.rules.purposes(gate).items())

    def of_purposes(self) -> dict[str, PurposeConsent]:
        """Where the customer stands on each purpose."""
        return {name: self.of(name, purpose) for name, purpose in self.rules.settings.purposes.items()}

    def of(self, name: str, purpose: Purpose) -> PurposeConsent:
        """Where the customer stands on a purpose; it is allowed if it was so at the moment, and no later no stands.

        Writing is allowed where it is so at one of the customer's addresses. What holds for those who have said nothing
        holds for no address of somebody who has refused at another.
        """
        if name not in self._told:
            self._told[name] = self._of(name, purpose)
        return self._told[name]

    def _of(self, name: str, purpose: Purpose) -> PurposeConsent:
        read = [self.rules.stances(each).get(name, Stance.NOTHING) for each in self._words.distinct]
        stances = np.array(read, dtype=np.int8)
        everywhere = np.ones(len(self._words.time), dtype=np.bool_)
        if purpose.channel is None:
            return self._by_words(name, purpose, stances, everywhere)
        id_type = CHANNELS.get(purpose.channel)
        addresses: list[str | None] = [*self._addresses(id_type)] if id_type is not None else []
        reached = [self._at(address, name, purpose, stances) for address in addresses or [None]]
        if any(one.state in REFUSALS for one, _ in reached):
            reached = [(replace(one, allowed=one.allowed and one.state != State.UNKNOWN), how) for one, how in reached]
        best, _ = max(reached, key=lambda pair: (pair[0].allowed, -STATES.index(pair[0].state)))
        told = {address: how for address, (_, how) in zip(addresses, reached, strict=False) if address is not None}
        return replace(best, addresses=told)

    def _at(
        self, address: str | None, name: str, purpose: Purpose, stances: Flags
    ) -> tuple[PurposeConsent, Permission]:
        """The same at one address of a channel, and whether it may be written to."""
        words, about = self._words, self._words.about(address)
        said = self._by_words(name, purpose, stances, about)
        if words.is_closed(stances, address):
            closing = words.last(stances, Stance.UNREACHABLE, about)
            return replace(said, allowed=False), _closed_by(closing)
        return said, _PERMISSIONS.get(said.state) or _closed_by(words.last(stances, Stance.REFUSAL, about))

    def _by_words(self, name: str, purpose: Purpose, stances: Flags, about: Mask) -> PurposeConsent:
        """Where the customer stands by some of the statements."""
        by_consent, known = purpose.basis == "consent", self._words.known_by(self.as_of)
        now = self._words.standing(stances, about, by_consent=by_consent)
        then = now if known.all() else self._words.standing(stances, about & known, by_consent=by_consent)
        if now.refused:
            return PurposeConsent(now.state, now.since, allowed=False)
        allowed = not self._is_denied_to_minor(name) and self.rules.allows(
            purpose, then.state, default=self._default, after=self._has_happened(purpose.after)
        )
        return PurposeConsent(then.state, then.since, allowed)

    def _addresses(self, id_type: str) -> list[str]:
        """The customer's addresses of a type: those that anything was said about, and the one among the traits."""
        said = [address for address in self._words.addresses if address.startswith(f"{id_type}:")]
        trait = self.record.traits_at(self.as_of).get(id_type)
        return list(dict.fromkeys([*said, *([node(id_type, str(trait))] if trait else [])]))

    @cached_property
    def _told(self) -> dict[str, PurposeConsent]:
        """What was told of each purpose already."""
        return {}

    @cached_property
    def _words(self) -> Words:
        told = self.record.worked_out
        if "words" not in told:
            told["words"] = Words.of(self.record)
        return cast(Words, told["words"])

    @cached_property
    def _known(self) -> Mapping[str, object]:
        """The traits that the rules ask about."""
        return self.record.traits_at(self.as_of) if self.rules.attributes else {}

    @property
    def _default(self) -> Answer:
        default = self.rules.settings.default
        return self.rules.default(
            self._known.get(default.attribute) if isinstance(default, DefaultByAttribute) else None
        )

    def _is_denied_to_minor(self, name: str) -> bool:
        minors = self.rules.settings.minors
        born = None if minors is None else self._known.get(minors.attribute)
        return self.rules.is_denied_to(name, born, as_of=self.as_of)

    def _has_happened(self, kind: str | None) -> bool:
        if kind is None:
            return False
        known_at = np.maximum(self.record.numbers[0], self.record.number("known_at"))
        return bool((self.record.equals("kind", kind) & (known_at <= self.as_of)).any())


def _closed_by(statement: Statement | None) -> Permission:
    return closed_as(statement.kind, statement.status) if statement else Permission.UNSUBSCRIBED
