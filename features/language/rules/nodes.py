"""The parts of a rule, as a tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from features.errors import StamkundError

# What a value is: of a moment and a span of time the microseconds, of money units of the currency.
Value = float | str | bool | tuple[str, ...] | tuple[float, ...]


@dataclass(frozen=True)
class Node:
    """A part of a rule: an operator and its operands; of a name ``space.name`` and of a literal the ``value``.

    ``start`` and ``end`` tell where it stands in the text.
    """

    op: str
    args: tuple[Node, ...] = ()
    value: object = None
    start: int = 0
    end: int = 0

    def names(self) -> Iterator[Node]:
        """Every name that is read in it."""
        if self.op == "name":
            yield self
        for arg in self.args:
            yield from arg.names()

    def spaces(self) -> set[str]:
        """Of what it speaks, such as ``features`` or ``candidate``."""
        return {name.space for name in self.names()}

    @property
    def space(self) -> str:
        """Of a name, what it is a name of."""
        return str(self.value).partition(".")[0]

    @property
    def name(self) -> str:
        """Of a name, what it is called there."""
        return str(self.value).partition(".")[2]


def mistake(code: str, problem: str, text: str, at: int) -> StamkundError:
    """An error of a rule, with the place in its text.

    >>> print(mistake("bad_rule", "Here a value is missing.", "a.b > ", 6))
    Here a value is missing. It is at character 7 of `a.b > `.
    """
    return StamkundError(code, f"{problem} It is at character {at + 1} of `{text}`.")
