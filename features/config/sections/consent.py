"""The section of consent: what customers' data may be used for, on which legal basis, and what says so."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal, Self, get_args

from pydantic import BeforeValidator, Field, model_validator

from features.config.sections.section import KindName, Section, Whole
from features.errors import StamkundError

Gate = Literal["profiles", "training", "scores", "decisions", "insights", "exports"]
Basis = Literal["consent", "interest", "contract"]
Answer = Literal["allowed", "denied"]
GATES: tuple[Gate, ...] = get_args(Gate)


def _hours(text: object) -> tuple[int, int]:
    """The minutes of the day between which nobody is disturbed, from and to.

    >>> _hours("21:00-08:00")
    (1260, 480)
    """
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)\s*[-–]\s*([01]?\d|2[0-3]):([0-5]\d)", str(text).strip())
    if match is None:
        msg = f"{text!r} is no span of the day such as 21:00-08:00"
        raise ValueError(msg)
    hour, minute, to_hour, to_minute = map(int, match.groups())
    return 60 * hour + minute, 60 * to_hour + to_minute


Hours = Annotated[tuple[int, int], BeforeValidator(_hours)]


class Purpose(Section):
    """What data may be used for: steps of the product (``gates``), or a ``channel`` on which people are written to.

    On the basis ``consent`` the person must have said yes; on ``interest`` and ``contract`` it is allowed until they
    object. ``after``: a kind of event after which writing is allowed until they say no. ``confirm: double``: a yes
    counts once it is confirmed. ``quiet``: the hours in which nothing is sent.
    """

    basis: Basis = "consent"
    gates: list[str] = Field(default_factory=list)
    channel: str | None = None
    confirm: Literal["single", "double"] = "single"
    after: KindName | None = None
    quiet: Hours | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for gate in self.gates:
            if gate not in GATES:
                raise StamkundError.unknown("unknown_gate", "gate", gate, GATES, field="gates")
        if self.gates and self.channel is not None:
            msg = "A purpose opens gates or a channel, not both: make two purposes of it."
            raise StamkundError("bad_setting", msg, field="channel")
        if self.quiet is not None and self.channel is None:
            msg = "`quiet` is about a channel: say in `channel` which, or take `quiet` away."
            raise StamkundError("unused_setting", msg, field="quiet")
        for key in ("after", "confirm") if self.basis != "consent" else ():
            if key in self.model_fields_set:
                msg = f"`{key}` is about a purpose of `basis: consent`; {self.basis} is allowed until somebody objects."
                raise StamkundError("unused_setting", msg, field=key)
        return self


class Denial(Section):
    """A signal that denies purposes when it is true, and says nothing when it is false, such as ``gpc``."""

    deny: list[str] = Field(min_length=1)


class Minors(Section):
    """The purposes that are denied to people under an age, by an attribute that holds their date of birth."""

    attribute: str
    under: Whole = Field(default=16, ge=1, le=21)
    deny: list[str] = Field(min_length=1)


class DefaultByAttribute(Section):
    """What holds for people who have said nothing, by an attribute of theirs, such as their country."""

    attribute: str
    values: dict[str, Answer] = Field(min_length=1)
    otherwise: Answer = "denied"


class ConsentSettings(Section):
    """What customers' data may be used for.

    ``default`` is about purposes of ``basis: consent``: what holds while the person has said nothing. ``signals`` tell
    which purposes are meant by the names that consent tools send.

    >>> signals = {"Advertising": "ads", "gpc": {"deny": ["ads"]}}
    >>> settings = ConsentSettings.model_validate({"purposes": {"ads": {"gates": ["decisions"]}}, "signals": signals})
    >>> settings.granting, settings.denying
    ({'Advertising': ['ads'], 'ads': ['ads']}, {'gpc': ['ads']})
    """

    default: Answer | DefaultByAttribute = "denied"
    purposes: dict[str, Purpose] = Field(min_length=1)
    signals: dict[str, str | list[str] | Denial] = Field(default_factory=dict)
    minors: Minors | None = None

    @property
    def fingerprint(self) -> str:
        """Sixteen hex digits that change when a rule does."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]

    @property
    def granting(self) -> dict[str, list[str]]:
        """The purposes of each signal that grants when it is true and denies when it is false; names mean themselves.

        A purpose's own name is such a signal, if nothing else is called so.
        """
        own = {name: [name] for name in self.purposes if name not in self.signals}
        of_signals = {name: meant for name, signal in self.signals.items() if (meant := _granted(signal))}
        return of_signals | own

    @property
    def denying(self) -> dict[str, list[str]]:
        """The purposes of each signal that denies when it is true."""
        return {name: signal.deny for name, signal in self.signals.items() if isinstance(signal, Denial)}

    @model_validator(mode="after")
    def _known_purposes(self) -> Self:
        for field, names in self._named():
            for name in names:
                if name not in self.purposes:
                    raise StamkundError.unknown("unknown_purpose", "purpose", name, self.purposes, field=field)
        return self

    def _named(self) -> Iterator[tuple[str, Sequence[str]]]:
        """Where purposes are named, and which."""
        for name, signal in self.signals.items():
            yield f"signals.{name}", signal.deny if isinstance(signal, Denial) else _granted(signal)
        if self.minors is not None:
            yield "minors.deny", self.minors.deny

    def purposes_on(self, channel: str) -> Mapping[str, Purpose]:
        """The purposes that people are written to for on a channel."""
        return {name: purpose for name, purpose in self.purposes.items() if purpose.channel == channel}


def _granted(signal: str | list[str] | Denial) -> list[str]:
    if isinstance(signal, Denial):
        return []
    return [signal] if isinstance(signal, str) else signal
