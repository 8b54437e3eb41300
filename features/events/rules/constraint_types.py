"""The types of constraints."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, cast

from features.events.rules.constraints import Constraint
from features.events.statements.stances import plain_word

LONGEST = 512  # characters of ids and short texts


@dataclass(frozen=True)
class Present(Constraint):
    """The column must have a value; only in events of ``kinds``, if any are given."""

    required: ClassVar[bool] = True
    kinds: tuple[str, ...] = ()

    def refuses(self, value: object, row: Mapping[str, object]) -> bool:
        """Whether there is no value."""
        return value is None and (not self.kinds or row.get("kind") in self.kinds)


@dataclass(frozen=True)
class Filled(Constraint):
    """A text must not be empty."""

    def refuses(self, value: object, row: Mapping[str, object]) -> bool:  # noqa: ARG002
        """Whether the text is empty."""
        return value == ""


@dataclass(frozen=True)
class WithoutNul(Constraint):
    """A text must hold no NUL character, which databases do not take."""

    def refuses(self, value: object, row: Mapping[str, object]) -> bool:  # noqa: ARG002
        """Whether the text holds one."""
        return "\0" in cast(str, value)


_CONTROLS = re.compile("[\0-\x1f\x7f]")


@dataclass(frozen=True)
class WithoutControls(Constraint):
    """An id must hold no control character, such as a tab or the end of a line."""

    def refuses(self, value: object, row: Mapping[str, object]) -> bool:  # noqa: ARG002
        """Whether the id holds one."""
        text = cast(str, value)
        return not text.isprintable() and _CONTROLS.search(text) is not None


@dataclass(frozen=True)
class AtMostLong(Constraint):
    """A text must have at most so many characters."""

    longest: int = LONGEST

    def refuses(self, value: object, row: Mapping[str, object]) -> bool:  # noqa: ARG002
        """Whether the text has more."""
        return len(cast(str, value)) > self.longest


@dataclass(frozen=True)
class Within(Constraint):
    """A number must lie within bounds, both included; only in events of ``kind``, if one is given."""

    low: int
    high: int | None = None
    kind: str | None = None

    def refuses(self, value: object, row: Mapping[str, object]) -> bool:
        """Whether the number lies outside."""
        if self.kind is not None and row.get("kind") != self.kind:
            return False
        number = cast(float, value)
        return number < self.low or (self.high is not None and number > self.high)


@dataclass(frozen=True)
class OneOf(Constraint):
    """A text must be one of several."""

    values: tuple[str, ...]

    def refuses(self, value: object, row: Mapping[str, object]) -> bool:  # noqa: ARG002
        """Whether the text is none of them."""
        return value not in self.values


@dataclass(frozen=True)
class AnyOfWords(Constraint):
    """A text must be one of several words, however it is spaced and capitalised; only in events of ``kinds``."""

    words: tuple[str, ...]
    kinds: tuple[str, ...]

    def refuses(self, value: object, row: Mapping[str, object]) -> bool:
        """Whether it is none of the words."""
        return row.get("kind") in self.kinds and plain_word(cast(str, value)) not in self.words


@dataclass(frozen=True)
class Matches(Constraint):
    """A text must have a form, a regular expression."""

    form: str

    def refuses(self, value: object, row: Mapping[str, object]) -> bool:  # noqa: ARG002
        """Whether the text has another."""
        return self._pattern.fullmatch(cast(str, value)) is None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(self.form)


@dataclass(frozen=True)
class InCurrency(Constraint):
    """A currency must be this one, in small or in capital letters, with or without spaces around it."""

    currency: str

    def refuses(self, value: object, row: Mapping[str, object]) -> bool:  # noqa: ARG002
        """Whether it is another one."""
        return cast(str, value).strip(" ").upper() != self.currency


@dataclass(frozen=True)
class Needs(Constraint):
    """Where the column has a value, another column must have one."""

    other: str

    def refuses(self, value: object, row: Mapping[str, object]) -> bool:  # noqa: ARG002
        """Whether the other column has none."""
        return row.get(self.other) is None


@dataclass(frozen=True)
class OnScale(Constraint):
    """A rating must lie on the scale that another column names; scales that are not known say nothing."""

    scale: str
    scales: Mapping[str, tuple[int, int]]

    def refuses(self, value: object, row: Mapping[str, object]) -> bool:
        """Whether the rating lies outside."""
        bounds = self.scales.get(cast(str, row.get(self.scale)))
        return bounds is not None and not bounds[0] <= cast(float, value) <= bounds[1]


@dataclass(frozen=True)
class NotBefore(Constraint):
    """A moment must not lie before that of another column."""

    other: str

    def refuses(self, value: object, row: Mapping[str, object]) -> bool:
        """Whether it lies before it."""
        other = row.get(self.other)
        return other is not None and cast(int, value) < cast(int, other)
