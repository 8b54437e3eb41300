"""Which role a column seems to have, by its name alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import product

from features.onboarding.knowledge.documents import document
from features.onboarding.knowledge.vocabulary import Meaning, meanings

_SURENESS = {"sure": 1.0, "likely": 0.8, "maybe": 0.6}
# Words that say how a value is told, and change nothing of what it is.
_LIGHT = frozenset({"external", "is", "event", "parent", "number", "filler", "cents"})
_LIGHT_PENALTY, _INNER_PENALTY = 0.05, 0.1
_LONGEST = 7  # words of a name


@cache
def role_scores(name: str) -> Mapping[str, float]:
    """How sure each role is that a name speaks of, from 0 to 1; roles it does not speak of are not there.

    >>> role_scores("Kundennummer"), role_scores("order_priority")
    ({'customer': 1.0}, {})
    >>> sorted(role_scores("Bestelldatum")), sorted(role_scores("Unit Price"))
    (['order_time'], ['unit_price'])
    """
    words = meanings(name)
    if not words or any(word is None for word in words):
        inner = name.rpartition(".")[2]  # of a record within a record
        return {role: score - _INNER_PENALTY for role, score in role_scores(inner).items()} if inner != name else {}
    known = [word for word in words if word is not None]
    heavy = [word for word in known if not word & _LIGHT]
    sentences = [(known, 0.0), *([(heavy, _LIGHT_PENALTY)] if len(heavy) < len(known) else [])]
    scores: dict[str, float] = {}
    for role, pattern, sureness in _patterns():
        for sentence, penalty in sentences:
            if len(sentence) <= _LONGEST and _matches(sentence, pattern):
                scores[role] = max(scores.get(role, 0.0), sureness - penalty)
    return scores


def _matches(words: Sequence[Meaning], pattern: Sequence[str]) -> bool:
    """Whether the words say the pattern's concepts: each word one of them, and each of them by one word or several."""
    if not words:
        return False
    return any(set(said) == set(pattern) for said in product(*(word & set(pattern) for word in words)))


@cache
def _patterns() -> tuple[tuple[str, tuple[str, ...], float], ...]:
    return tuple(
        (role, tuple(name.split()), _SURENESS[sureness])
        for role, tiers in document("roles").items()
        for sureness, names in tiers.items()
        for name in names
    )
