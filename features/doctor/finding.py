"""What a look at the data found, in plain words, with the next step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["ok", "note", "warning", "problem"]
Outlook = Literal["possible", "few outcomes", "not possible"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, what was found, and what to do about it."""

    area: str
    level: Severity
    message: str
    next_step: str | None = None


@dataclass(frozen=True)
class Prospect:
    """Whether a model of a target can be made of the data, ``declared`` under ``targets:`` or only possible."""

    target: str
    outlook: Outlook
    message: str
    declared: bool = True
    next_step: str | None = None


@dataclass(frozen=True)
class Criterion:
    """One thing that a maturity level asks for, whether it is met, and the numbers that say so."""

    level: int
    text: str
    met: bool
    found: str


def percent(part: float, whole: float) -> str:
    """A share as people write it; what is not nothing never looks like nothing, nor what is not all like all.

    >>> percent(1, 3), percent(1, 5000), percent(4999, 5000), percent(0, 0)
    ('33%', 'under 1%', 'over 99%', '0%')
    """
    share = 100 * part / whole if whole else 0.0
    if 0 < share < 1:
        return "under 1%"
    return "over 99%" if 99 < share < 100 else f"{share:.0f}%"


def some(count: int, noun: str, plural: str = "") -> str:
    """A number of things.

    >>> some(1, "day"), some(2469, "customer")
    ('1 day', '2,469 customers')
    """
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def listed(names: Sequence[str], most: int = 4) -> str:
    """Names in a sentence.

    >>> listed(["order"]), listed(["view", "order"]), listed(list("abcdefg"))
    ('order', 'view and order', 'a, b, c, d and 3 more')
    """
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
