"""One text of the catalogue, its parameters filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from features.errors import StamkundError
from features.texts import english, swedish

Language = Literal["en", "sv"]
LANGUAGES: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {**english.NOUNS, **english.REASONS, **english.ANSWERS, **english.REFUSALS},
    "sv": {**swedish.NOUNS, **swedish.NAMES, **swedish.REASONS, **swedish.ANSWERS, **swedish.REFUSALS},
}  # features are called in English as they are declared


def texts_in(language: str, *, field: str = "language") -> Mapping[str, str]:
    """All texts of a language by their codes.

    >>> texts_in("en")["span.last"], texts_in("sv")["span.last"]
    ('in the last {start} days', 'de senaste {start} dagarna')
    >>> texts_in("fi")
    Traceback (most recent call last):
    features.errors.StamkundError: Unknown language 'fi'. Known: en, sv.
    """
    if language not in LANGUAGES:
        raise StamkundError.unknown("unknown_language", "language", language, LANGUAGES, field=field)
    return LANGUAGES[language]


def text(code: str, language: str = "en", /, **parameters: object) -> str:
    """A text with its parameters.

    >>> text("span.between", start=56, end=28)
    '28 to 56 days ago'
    """
    return texts_in(language)[code].format(**parameters)


def counted(code: str, number: int, language: str = "en") -> str:
    """A text that tells how many times, for none, for once and for more often.

    >>> [counted("order_lines_of_its_products", number) for number in (0, 1, 1501)]
    ['bought none of its products so far', 'bought one of its products once', 'bought its products 1,501 times']
    """
    case = {0: ".none", 1: ".one"}.get(number, "")
    return text(code + case, language, value=figure_in(language, f"{number:,}"))


def figure_in(language: str, figure: str) -> str:
    """A figure with a language's marks between thousands and before decimals.

    >>> figure_in("sv", "1,234.5").split()
    ['1', '234,5']
    """
    return figure.translate(_MARKS[language])


_MARKS: Final[Mapping[str, Mapping[int, str]]] = {
    language: str.maketrans({",": texts["number.thousands"], ".": texts["number.decimals"]})
    for language, texts in LANGUAGES.items()
}
