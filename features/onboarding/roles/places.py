"""Columns that tell where somebody lives, whose names or words could be taken for others."""

from __future__ import annotations

from collections.abc import Iterable

from features.onboarding.facts.column import Column
from features.onboarding.knowledge.vocabulary import tokens

_STATE = "state"
_OF_ADDRESSES = frozenset({"city", "zip", "zipcode", "postcode", "postal", "country", "street", "address", "town"})
_MOSTLY = 0.8


def tells_country_state(column: Column, names: Iterable[str]) -> bool:
    """Whether a column tells states of a country (NY, CA), and not those of orders.

    So it is where other ``names`` of the table tell the rest of the same address (Ship City beside Ship State), or
    where nearly all of its words are codes of two or three letters.
    """
    words = tokens(column.name)
    if _STATE not in words:
        return False
    whose = set(words) - {_STATE, "code", "name", "province"}
    beside = {word for name in names for word in _rest(tokens(name), whose)}
    codes = [word for word in column.common if 2 <= len(word) <= 3 and word.isalpha() and word.isupper()]
    return (bool(beside) and bool(whose)) or len(codes) >= _MOSTLY * max(len(column.common), 1)


def _rest(words: tuple[str, ...], whose: set[str]) -> set[str]:
    """The words of an address in a name that is about the same person."""
    return set(words) & _OF_ADDRESSES if whose <= set(words) else set()
