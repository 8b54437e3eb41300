"""One text of the catalogue, its parameters filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final, Literal

from features.texts import english, swedish

Language = Literal["en", "sv"]
LANGUAGES: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        **{f"rule.{code}": rule for code, rule in english.RULES.items()},
        **{f"error.{code}": f"{{at}}: {rule}." for code, rule in english.RULES.items()},
        **english.NOUNS, **english.REASONS, **english.ANSWERS, **english.REFUSALS, **english.ERRORS, **english.MESSAGES,
        **english.INSIGHTS, **english.METRICS, **english.REPORT,
    },
    "sv": {
        **{f"rule.{code}": rule for code, rule in swedish.RULES.items()},
        **{f"error.{code}": f"{{at}}: {rule}." for code, rule in swedish.RULES.items()},
        **swedish.NOUNS, **swedish.REASONS, **swedish.ANSWERS, **swedish.REFUSALS, **swedish.ERRORS, **swedish.MESSAGES,
        **swedish.INSIGHTS, **swedish.METRICS, **swedish.REPORT,
        **swedish.NAMES,  # features are called in English as they are declared
    },
}  # fmt: skip


def texts_in(language: str) -> Mapping[str, str]:
    """All texts of a language by their codes.

    >>> texts_in("en")["span.last"], texts_in("sv")["span.last"]
    ('in the last {start} days', 'de senaste {start} dagarna')
    """
    return LANGUAGES[language]


def text(code: str, language: str = "en", /, **parameters: object) -> str:
    """A text with its parameters.

    >>> text("span.between", start=56, end=28)
    '28 to 56 days ago'
    """
    return texts_in(language)[code].format(**parameters)


def sentence(code: str, language: str, params: Mapping[str, object]) -> str:
    """The sentence of a code, filled with parameters as they came.

    Where these hold a ``case`` it is that of the case, and of a single thing where their ``count`` is 1.

    >>> sentence("error.missing_scope", "en", {"scope": "admin", "key": "1f", "scopes": ["read", "write"]})
    'This needs a key with the scope admin; key 1f has read, write.'
    >>> sentence("error.rejected_messages", "en", {"count": 1, "sent": 3})
    'One of 3 messages was rejected; results tells why. The others are kept.'
    """
    texts, shown = texts_in(language), partial(_shown, language)
    code = f"{code}.{params['case']}" if "case" in params else code
    code = f"{code}.one" if params.get("count") == 1 and f"{code}.one" in texts else code
    return texts[code].format_map({name: shown(value) for name, value in params.items()})


def _shown(language: str, value: object) -> object:
    """A parameter as a sentence shows it: lists not without end, and no control characters in texts."""
    if isinstance(value, str):
        return value if value.isprintable() else repr(value)[1:-1]
    if isinstance(value, Sequence):
        shown = ", ".join(str(_shown(language, each)) for each in value[:_MOST])
        return (shown + (", …" if len(value) > _MOST else "")) or texts_in(language)["none"]
    return figure_in(language, f"{value:g}") if isinstance(value, float) else value


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


def duration_in(language: str, days: float, *, sign: str = "") -> str:
    """How long something took, in the unit that says it in few digits.

    >>> [duration_in("en", days) for days in (0.004, 0.4, 2.5, 90.0)], duration_in("sv", -1.25, sign="+")
    (['5.8 min', '9.6 h', '2.5 d', '90 d'], '-30 h')
    """
    unit, figure = ("days", days)
    if abs(days) < 2 and days:
        unit, figure = ("hours", days * 24) if abs(days) >= 1 / 24 else ("minutes", days * 24 * 60)
    written = f"{figure:{sign}.{0 if abs(figure) >= 100 or figure == round(figure) else 1}f}"
    return text(f"insights.{unit}", language, figure=figure_in(language, written))


_MOST: Final = 20  # entries of a list that a sentence shows
_MARKS: Final[Mapping[str, Mapping[int, str]]] = {
    language: str.maketrans({",": texts["number.thousands"], ".": texts["number.decimals"]})
    for language, texts in LANGUAGES.items()
}
