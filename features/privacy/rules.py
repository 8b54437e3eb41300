"""The rules of consent: what an event says of each purpose, and whether a purpose is allowed in a state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

import orjson

from features.config.sections.consent import Answer, ConsentSettings, DefaultByAttribute, Gate, Purpose
from features.events.statements.addresses import is_soft
from features.events.statements.stances import Stance, stance_of
from features.events.statements.statement import ALL, CONSENT, OF_CHANNELS, Statement
from features.privacy.attributes import is_minor
from features.privacy.standing import State

# Who passes a gate passes these as well: scores are made of profiles, decisions of scores.
NEEDS: Final[Mapping[Gate, tuple[Gate, ...]]] = {
    "profiles": ("profiles",),
    "training": ("profiles", "training"),
    "scores": ("profiles", "scores"),
    "decisions": ("profiles", "scores", "decisions"),
    "insights": ("insights",),
    "exports": ("exports",),
}


@dataclass(frozen=True)
class ConsentRules:
    """The section ``consent:`` made ready to be asked.

    >>> purposes, signals = {"ads": {"gates": ["decisions"]}}, {"Advertising": "ads", "gpc": {"deny": ["ads"]}}
    >>> rules = ConsentRules(ConsentSettings.model_validate({"purposes": purposes, "signals": signals}))
    >>> [rules.stances(Statement("view", consents=sent)) for sent in ('{"Advertising": true}', '{"gpc": false}', "{}")]
    [{'ads': <Stance.GRANT: 2>}, {}, {'ads': <Stance.REFUSAL: 4>}]
    """

    settings: ConsentSettings

    def purposes(self, gate: Gate) -> Mapping[str, Purpose]:
        """The purposes that must all be allowed where a gate is passed."""
        purposes = self.settings.purposes
        return {name: one for name, one in purposes.items() if any(each in one.gates for each in NEEDS[gate])}

    def stances(self, statement: Statement) -> Mapping[str, Stance]:
        """What an event says of each purpose that it is about."""
        return self._reading(statement)

    def default(self, value: object = None) -> Answer:
        """What holds for a person who has said nothing, with this value of the attribute that decides."""
        default = self.settings.default
        if isinstance(default, DefaultByAttribute):
            return default.values.get(str(value), default.otherwise)
        return default

    def is_denied_to(self, purpose: str, born: object, *, as_of: int) -> bool:
        """Whether a purpose is denied to somebody of this date of birth, who is too young at a moment (µs)."""
        minors = self.settings.minors
        return minors is not None and purpose in minors.deny and is_minor(born, under=minors.under, as_of=as_of)

    def allows(self, purpose: Purpose, state: State, *, default: Answer = "denied", after: bool = False) -> bool:
        """Whether a purpose is allowed in a state; ``after`` tells that its event ``after`` has happened.

        >>> rules = ConsentRules(ConsentSettings.model_validate({"purposes": {"ads": {"basis": "interest"}}}))
        >>> ads = rules.settings.purposes["ads"]
        >>> rules.allows(ads, State.UNKNOWN), rules.allows(ads, State.OBJECTED)
        (True, False)
        """
        if purpose.basis != "consent":
            return state != State.OBJECTED
        return state == State.GRANTED or (state == State.UNKNOWN and (default == "allowed" or after))

    @cached_property
    def attributes(self) -> tuple[str, ...]:
        """The attributes of customers that the rules ask about."""
        default, minors = self.settings.default, self.settings.minors
        by = [default.attribute] if isinstance(default, DefaultByAttribute) else []
        return tuple(sorted({*by, *([minors.attribute] if minors else [])}))

    @cached_property
    def _reading(self) -> Callable[[Statement], Mapping[str, Stance]]:
        return lru_cache(maxsize=4096)(self._read)  # people say few different things

    @cached_property
    def _granting(self) -> Mapping[str, list[str]]:
        return self.settings.granting

    @cached_property
    def _denying(self) -> Mapping[str, list[str]]:
        return self.settings.denying

    @cached_property
    def _told_by_signals(self) -> list[str]:
        """The purposes that signals tell of, which an empty set of signals denies; all where no signal is named."""
        told = {name for signal in self.settings.signals for name in self._granting.get(signal, ())}
        return [name for name in self.settings.purposes if name in told or not told]

    def _read(self, statement: Statement) -> Mapping[str, Stance]:
        stances: dict[str, Stance] = {}
        for name, stance in [*self._of_signals(statement), *self._of_kind(statement)]:
            own = _of_purpose(self.settings.purposes[name], stance)
            stances[name] = max(own, stances.get(name, Stance.NOTHING))
        return {name: stance for name, stance in stances.items() if stance != Stance.NOTHING}

    def _of_signals(self, statement: Statement) -> list[tuple[str, Stance]]:
        if statement.consents is None:
            return []
        signals: Mapping[str, object] = orjson.loads(statement.consents)
        told = [pair for name, yes in signals.items() for pair in self._of_signal(name, _YES_NO[bool(yes)])]
        if signals and signals.get(ALL) is not False:
            return told
        every = [(name, Stance.REFUSAL) for name in self._told_by_signals]
        return every + [(name, stance) for name, stance in told if stance == Stance.REFUSAL]

    def _of_signal(self, name: str, stance: Stance) -> list[tuple[str, Stance]]:
        """What a signal says: of those that deny only a yes counts."""
        granted = [(purpose, stance) for purpose in self._granting.get(name, ())]
        return granted + [(purpose, Stance.REFUSAL) for purpose in self._denying.get(name, ()) if stance in _YES]

    def _of_kind(self, statement: Statement) -> list[tuple[str, Stance]]:
        kind, _, purpose, status, _ = statement
        if kind not in (CONSENT, *OF_CHANNELS):
            return []
        stance = stance_of(status) if kind == CONSENT else _of_channel_kind(kind, status)
        if purpose is not None and (kind == CONSENT or purpose in self._granting):
            return self._of_signal(purpose, stance)
        if kind != CONSENT or statement.channel is not None:
            return self._of_channel(statement, stance)
        # A no without a purpose is one to everything; a yes to nothing in particular is none.
        return [(name, stance) for name in self.settings.purposes if stance == Stance.REFUSAL]

    def _of_channel(self, statement: Statement, stance: Stance) -> list[tuple[str, Stance]]:
        """What is said of a channel as a whole: a no is to all of it, a yes must tell to what.

        Who leaves a list that is not known leaves the channel; who joins one has said yes to nothing that is known. Who
        joins no list in particular has said yes if there is but one on the channel; otherwise to what is to be asked.
        """
        purposes = self.settings.purposes_on(statement.channel or "email")
        if stance not in _NO and statement.purpose is not None:
            return []
        unclear = stance in _YES and (statement.channel is None or len(purposes) > 1)
        return [(name, Stance.REQUEST if unclear else stance) for name in purposes]


_NO: Final = (Stance.REFUSAL, Stance.UNREACHABLE)
_YES: Final = (Stance.GRANT, Stance.CONFIRMATION)
_YES_NO: Final = (Stance.REFUSAL, Stance.GRANT)


def _of_channel_kind(kind: str, status: str | None) -> Stance:
    """What subscribing and the like says: who subscribes has, by the status, still to confirm it, or has."""
    own = OF_CHANNELS[kind]
    if kind == "bounce" and is_soft(status):
        return Stance.NOTHING
    return stance_of(status) if own == Stance.GRANT and status is not None else own


def _of_purpose(purpose: Purpose, stance: Stance) -> Stance:
    """A stance as a purpose takes it: where a yes must be confirmed, it asks for that first."""
    if stance == Stance.CONFIRMATION:
        return Stance.GRANT
    if stance == Stance.UNREACHABLE and purpose.channel is None:
        return Stance.NOTHING  # it is about an address
    if stance == Stance.GRANT and purpose.confirm == "double":
        return Stance.REQUEST
    if stance == Stance.REQUEST and purpose.basis != "consent":
        return Stance.NOTHING  # nothing needs to be asked for
    return stance
