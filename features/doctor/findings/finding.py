"""What an examination reports, in plain words, and the phrases that its texts are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from features.units import DAY, HOUR, MINUTE, SECOND

Severity = Literal["ok", "note", "warning", "problem"]
Outlook = Literal["possible", "few outcomes", "not possible"]


@dataclass(frozen=True)
class Finding:
    """One result in an area, and what to do about it."""

    area: str
    level: Severity
    message: str
    next_step: str | None = None


@dataclass(frozen=True)
class Prospect:
    """Whether the data can train a model of a target, one ``declared`` under ``targets:`` or not."""

    target: str
    outlook: Outlook
    message: str
    declared: bool = True
    next_step: str | None = None


@dataclass(frozen=True)
class Criterion:
    """One requirement of a maturity level, whether it is met, and the numbers that say so (``found``)."""

    level: int
    text: str
    met: bool
    found: str


@dataclass(frozen=True)
class Diagnosis:
    """How ready a company's data is: a level from 1 to 5, why it is not the next one, and every finding."""

    name: str
    as_of: int
    level: int
    level_name: str
    why: str
    criteria: tuple[Criterion, ...]
    prospects: tuple[Prospect, ...]
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Whether no finding is a problem."""
        return all(finding.level != "problem" for finding in self.findings)


def percent(part: float, whole: float) -> str:
    """A share in percent; only an exact 0 is 0%, only the whole is 100%.

    >>> percent(1, 3), percent(1, 5000), percent(4999, 5000), percent(0, 0)
    ('33%', 'under 1%', 'over 99%', '0%')
    """
    share = 100 * part / whole if whole else 0.0
    if 0 < share < 1:
        return "under 1%"
    return "over 99%" if 99 < share < 100 else f"{share:.0f}%"


def quantity(count: int, noun: str, plural: str = "") -> str:
    """A number with its noun.

    >>> quantity(1, "day"), quantity(2469, "customer")
    ('1 day', '2,469 customers')
    """
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def enumeration(names: Sequence[str], most: int = 4) -> str:
    """Names as a sentence lists them, at most ``most`` of them.

    >>> enumeration(["order"]), enumeration(["view", "order"]), enumeration(list("abcdefg"))
    ('order', 'view and order', 'a, b, c, d and 3 more')
    """
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def duration(span: float) -> str:
    """Microseconds in the unit that people would use.

    >>> duration(90 * SECOND), duration(30 * HOUR), duration(3 * DAY)
    ('2 minutes', '30 hours', '3 days')
    """
    for unit, name, least in ((DAY, "day", 2), (HOUR, "hour", 2), (MINUTE, "minute", 1), (SECOND, "second", 0)):
        if span >= least * unit:
            return quantity(round(span / unit), name)
    return "0 seconds"
