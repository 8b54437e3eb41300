"""One text of the catalogue, its parameters filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from features.errors import StamkundError
from features.texts.english import ENGLISH

LANGUAGES: Final[Mapping[str, Mapping[str, str]]] = {"en": ENGLISH}


def texts_in(language: str) -> Mapping[str, str]:
    """All texts of a language by their codes.

    >>> texts_in("en")["span.last"]
    'in the last {start} days'
    >>> texts_in("sv")
    Traceback (most recent call last):
    features.errors.StamkundError: Unknown language 'sv'. Known: en.
    """
    if language not in LANGUAGES:
        raise StamkundError.unknown("unknown_language", "language", language, LANGUAGES, field="language")
    return LANGUAGES[language]


def text(code: str, language: str = "en", /, **parameters: object) -> str:
    """A text with its parameters.

    >>> text("span.between", start=56, end=28)
    '28 to 56 days ago'
    """
    return texts_in(language)[code].format(**parameters)
