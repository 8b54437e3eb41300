"""The rules of consent over one customer's record: the same answers as those of a gatekeeper over frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features.arrays import Flags, Ints, Mask
from features.config.sections.consent import Answer, DefaultByAttribute, Gate, Purpose
from features.evaluate.online.record import NONE, Record
from features.events.statements.stances import Stance
from features.events.statements.statement import KINDS_OF_STATEMENTS, STATEMENT_COLUMNS, Statement
from features.privacy.rules import ConsentRules
from features.privacy.standing import Standing, State, standing_of, strictest
from features.privacy.voices import hearings


@dataclass(frozen=True)
class PurposeConsent:
    """Where a customer stands on a purpose at a moment: the state, since when (µs), and whether it is allowed."""

    state: State
    since: int | None
    allowed: bool


@dataclass(frozen=True)
class Words:
    """What one customer said: an entry a statement, times in µs; ``place`` is its place among the ``distinct`` ones.

    ``hearings`` tell for each voice of the customer which statements count for it.
    """

    time: Ints
    known_at: Ints
    received: Ints
    place: Ints
    distinct: tuple[Statement, ...]
    hearings: Sequence[Mask]

    @classmethod
    def of(cls, record: Record) -> Words:
        """The statements of a record."""
        kinds = [kind in KINDS_OF_STATEMENTS for kind in record.words.get("kind", ())]
        if not any(kinds) and "consents" not in record.words:
            none = np.empty(0, dtype=np.int64)
            return cls(none, none, none, none, (), [none.astype(np.bool_)])
        says = np.array([*kinds, False])[record.codes("kind")] | (record.codes("consents") >= 0)
        at = says.nonzero()[0]
        codes = [record.codes(column)[at] + 1 for column in STATEMENT_COLUMNS]
        words = [[None, *record.words.get(column, ())] for column in STATEMENT_COLUMNS]
        keys = np.ravel_multi_index(codes, [len(each) for each in words])
        distinct, place = np.unique(keys, return_inverse=True)
        indices = zip(*np.unravel_index(distinct, [len(each) for each in words]), strict=True)
        statements = tuple(Statement(*(w[i] for w, i in zip(words, each, strict=True))) for each in indices)
        time = record.numbers[0][at]
        known_at, received = (record.number(column)[at] for column in ("known_at", "received_at"))
        received = np.where(received == NONE, time, received)
        voices, speakers = np.unique(record.codes("fragment")[at], return_inverse=True)
        spoken = [["", *record.words.get("fragment", ())][code + 1] for code in voices.tolist()]
        heard = hearings(spoken, record.names, speakers, received)
        return cls(time, np.maximum(time, known_at), received, place, statements, heard)

    def known_by(self, as_of: int) -> Mask:
        """Which statements are known at a moment."""
        return self.known_at <= as_of

    def standing(self, stances: Flags, among: Mask, *, by_consent: bool) -> Standing:
        """The standing by some of the statements, ``stances`` being those of the distinct ones."""
        own = stances[self.place]
        told = among & (own != Stance.NOTHING)
        return strictest(
            standing_of(self.time[about], self.received[about], own[about], by_consent=by_consent)
            for about in (told & heard for heard in self.hearings)
        )


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
        """Where the customer stands on a purpose; it is allowed if it was so at the moment, and no later no stands."""
        stances = [self.rules.stances(each).get(name, Stance.NOTHING) for each in self._words.distinct]
        now, then = (
            self._words.standing(np.array(stances, dtype=np.int8), among, by_consent=purpose.basis == "consent")
            for among in (np.ones(len(self._words.time), dtype=np.bool_), self._words.known_by(self.as_of))
        )
        if now.refused:
            return PurposeConsent(now.state, now.since, allowed=False)
        allowed = not self._is_denied_to_minor(name) and self.rules.allows(
            purpose, then.state, default=self._default, after=self._has_happened(purpose.after)
        )
        return PurposeConsent(then.state, then.since, allowed)

    @cached_property
    def _words(self) -> Words:
        return Words.of(self.record)

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
