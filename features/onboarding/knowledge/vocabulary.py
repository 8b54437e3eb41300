"""What names of columns mean: their words, in nine languages, and the parts of compound words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache

from features.onboarding.knowledge.documents import document

Meaning = frozenset[str]  # what one word may mean: one concept, or several
FILLER = "filler"

# Letters that hold the parts of German, Dutch and Scandinavian compound words together.
_LINKS = ("s", "n", "en", "es", "e")
_PLAIN = {ord(letter): text for letter, text in zip("øæßđł°", ("o", "ae", "ss", "d", "l", "o"), strict=True)}
_WITHOUT_MARKS = {ord(letter): text for letter, text in zip("äöüåø", ("ae", "oe", "ue", "aa", "oe"), strict=True)}
_PLURALS = ("s", "es", "en", "er", "ar", "or", "e", "n", "r", "t")
_SHORTEST_PART = 3  # letters of a part of a compound word


def fold(text: str) -> str:
    """A text in small letters without marks.

    >>> fold("Stückzahl Größe"), fold("beløb")
    ('stuckzahl grosse', 'belob')
    """
    plain = text.lower().translate(_PLAIN)
    return "".join(letter for letter in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(letter))


def tokens(name: str) -> tuple[str, ...]:
    """The words of a name, in small letters without marks.

    >>> tokens("OrderID"), tokens("Lineitem price"), tokens("trans_date"), tokens("UnitPrice2")
    (('order', 'id'), ('lineitem', 'price'), ('trans', 'date'), ('unit', 'price'))
    """
    parted = re.sub(r"(?<=[a-zà-ÿ0-9])(?=[A-ZÀ-Þ])|(?<=[A-ZÀ-Þ])(?=[A-ZÀ-Þ][a-zà-ÿ])", " ", name)
    return tuple(re.findall(r"[^\W\d_]+|[%€$£]", fold(parted)))


def meanings(name: str) -> tuple[Meaning | None, ...]:
    """What each word of a name means; None for a word that is not known. Words of no weight are left out.

    >>> [sorted(word) for word in meanings("Kundennummer") if word]
    [['customer'], ['id']]
    >>> meanings("order priority of Ann")[-1] is None
    True
    >>> meanings("subscriptions") == meanings("subscription")
    True
    """
    words = tokens(name)
    found: list[Meaning | None] = []
    while words:
        taken, concepts = _first(words)
        found += [concept for concept in concepts if concept is None or concept != frozenset({FILLER})]
        words = words[taken:]
    return tuple(found)


def _first(words: tuple[str, ...]) -> tuple[int, tuple[Meaning | None, ...]]:
    """How many of the words are read first, and what they mean: the longest phrase, else a word or its parts."""
    known = _words()
    for taken in range(min(4, len(words)), 1, -1):
        for phrase in (" ".join(words[:taken]), "".join(words[:taken])):
            if phrase in known:
                return taken, (known[phrase],)
    return 1, _parts(words[0]) or _of_plural(words[0]) or (None,)


def _of_plural(word: str) -> tuple[Meaning, ...]:
    """What a word means that is the plural of one that is known."""
    singulars = [word.removesuffix(ending) for ending in _PLURALS if word.endswith(ending)]
    return next((found for singular in singulars if len(singular) > _SHORTEST_PART and (found := _parts(singular))), ())


@cache
def _parts(word: str) -> tuple[Meaning, ...]:
    """What a word means, or the parts of a compound word; nothing when a part is not known."""
    known = _words()
    if word in known:
        return (known[word],)
    for end in range(len(word) - 2, _SHORTEST_PART - 1, -1):
        if word[:end] not in known:
            continue
        for rest in (word[end:], *(word[end + len(link) :] for link in _LINKS if word[end:].startswith(link))):
            if tail := _parts(rest) if len(rest) >= 2 else ():
                return (known[word[:end]], *tail)
    return ()


@cache
def _words() -> Mapping[str, Meaning]:
    """The concepts of each word, and of each phrase."""
    found: dict[str, set[str]] = {}
    for concept, languages in document("words").items():
        for word in (word for words in languages.values() for word in words):
            for spelling in _spellings(word):
                found.setdefault(spelling, set()).add(concept)
    return {word: frozenset(concepts) for word, concepts in found.items()}


def _spellings(word: str) -> Iterator[str]:
    """A word without marks, and as it is written where there are no letters with marks: `währung`, `waehrung`."""
    written = word.lower().translate(_WITHOUT_MARKS)
    for spelling in (word, written):
        yield " ".join(re.findall(r"[^\W\d_]+|[%€$£]", fold(spelling)))
