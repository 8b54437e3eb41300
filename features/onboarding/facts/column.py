"""A column of a table, and the facts about its values from which its role is told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from features import sql
from features.onboarding.knowledge.names import role_scores
from features.onboarding.knowledge.value_words import is_yes
from features.onboarding.knowledge.vocabulary import Meaning, meanings

# A column is what nearly all of its values are: one wrong cell does not make amounts into texts.
NEARLY_ALL = 0.95
_FEW = 60  # different values that are looked at one by one
_CURRENCY_NAMES = re.compile(r"[A-Za-z]{3}|[€$£¥]|kr\.?|CHF")


@dataclass(frozen=True, eq=False)
class Column:
    """A column: its name, its DuckDB type, how many rows and values it has, and how these are written.

    ``times`` and ``numbers`` are the formats that fit all values (a few odd ones aside, of which there are ``odd``).
    Of numbers, ``low`` and ``high`` are the bounds, ``negative`` counts those below zero, ``decimals`` tells how many
    places the longest has, ``is_plain`` whether all are plain ones; of times, ``days`` counts those without an hour.
    ``clock`` is the format of hours without a day. ``common`` counts the most common values, all where there are few.
    """

    name: str
    type: str
    rows: int
    present: int
    distinct: int
    times: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    odd: int = 0
    odd_example: str = ""
    clock: str = ""
    low: float | None = None
    high: float | None = None
    negative: int = 0
    decimals: int = 0
    is_plain: bool = False
    days: int = 0
    emails: int = 0
    upper: int = 0
    longest: int = 0
    common: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def scores(self) -> Mapping[str, float]:
        """How sure it is of each role, by its name alone."""
        return role_scores(self.name)

    @property
    def sql(self) -> str:
        """Its name in SQL, quoted where it must be."""
        plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", self.name) and self.name.lower() not in sql.keywords()
        return self.name if plain else sql.name(self.name)

    @cached_property
    def meaning(self) -> tuple[Meaning | None, ...]:
        """What the words of its name mean."""
        return meanings(self.name)

    @property
    def names_nothing(self) -> bool:
        """Whether its name says that it tells neither an id nor somebody's name: all is known of it, or a place."""
        words = [word or frozenset() for word in self.meaning]
        known = all(words) and not any(word & {"id", "name"} for word in words)
        return bool(words) and (
            known or any(word & {"place", "kind", "status", "gender", "duration"} for word in words)
        )

    @property
    def is_duration(self) -> bool:
        """Whether its name speaks of how long something took."""
        return any(word is not None and "duration" in word for word in self.meaning)

    @property
    def in_cents(self) -> bool:
        """Whether its name says that it counts cents."""
        return any(word is not None and "cents" in word for word in self.meaning)

    @property
    def is_time(self) -> bool:
        """Whether its values are moments or days."""
        return bool(self.times)

    @property
    def is_number(self) -> bool:
        """Whether its values are numbers."""
        return bool(self.numbers)

    @property
    def is_whole(self) -> bool:
        """Whether its values are whole numbers."""
        return self.is_number and self.decimals == 0

    @property
    def is_unique(self) -> bool:
        """Whether every row has a value of its own."""
        return 0 < self.distinct == self.present == self.rows

    @property
    def is_constant(self) -> bool:
        """Whether all rows have the same value, or none."""
        return self.distinct <= 1

    @property
    def is_full(self) -> bool:
        """Whether nearly every row has a value."""
        return self.present >= NEARLY_ALL * self.rows > 0

    @property
    def is_email(self) -> bool:
        """Whether its values are e-mail addresses."""
        return 0 < self.present * NEARLY_ALL <= self.emails

    @property
    def has_few(self) -> bool:
        """Whether ``common`` counts all of its values."""
        return len(self.common) == self.distinct

    @property
    def is_boolean(self) -> bool:
        """Whether its values say yes or no."""
        return self.has_few and 0 < self.distinct <= 2 and all(is_yes(word) is not None for word in self.common)

    @property
    def is_currency(self) -> bool:
        """Whether its values name currencies."""
        return self.has_few and 0 < self.distinct <= 30 and all(map(_CURRENCY_NAMES.fullmatch, self.common))


def text_of(column: Column) -> str:
    """The text of a column in a condition of the settings, which takes a column of numbers for numbers."""
    plain = column.type == "VARCHAR" and not (column.is_number or column.is_time)
    return column.sql if plain else f"CAST({column.sql} AS VARCHAR)"
