"""Numbers as people read them, with their units."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from features.language.feature import Feature
from features.sentences.names import word_of
from features.texts.catalogue import figure_in, texts_in

Figure = Callable[[float], str]


@dataclass(frozen=True)
class Money:
    """The reporting currency, and how many decimals it has."""

    currency: str = "EUR"
    minor_units: int = 2


def rounded(value: float) -> str:
    """Two figures or more, as many as say something.

    >>> [rounded(value) for value in (1234.5, 41.3, 9.0, 2.25, 0.125)]
    ['1,234', '41', '9', '2.2', '0.12']
    """
    if abs(value) >= 9.95 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}".removesuffix(".0") if abs(value) >= 1 else f"{value:.2g}"


def figures_in(language: str, money: Money) -> Mapping[str, Figure]:
    """How the values of each unit are written.

    >>> write = figures_in("en", Money("SEK"))
    >>> write["days"](41.3), write["days"](0.25), write["money"](1234.5), write["share"](0.345), write["count"](3.0)
    ('41 days', '6 hours', '1,234.50 SEK', '34 %', '3')
    >>> figures_in("sv", Money("SEK"))["money"](1234.5).split()
    ['1', '234,50', 'SEK']
    """
    texts, write = texts_in(language), partial(figure_in, language)
    share, amount = texts["share"], texts["money"].replace("{currency}", money.currency)
    decimals = f",.{money.minor_units}f"

    def number(value: float) -> str:
        return write(rounded(value))

    def duration(value: float) -> str:
        unit, figure = ("days", rounded(value)) if abs(value) >= 1 else ("hours", f"{value * 24:.0f}")
        return texts[f"{unit}.one" if figure == "1" else f"{unit}.other"].format(number=write(figure))

    def percent(value: float) -> str:
        return share.format(number=write(rounded(100 * value)))

    def sum_of_money(value: float) -> str:
        return amount.format(number=write(format(value, decimals)))

    return {
        **dict.fromkeys(("count", "ratio", "number"), number),
        **{unit: _with(texts[unit], number) for unit in ("km", "points")},
        "days": duration,
        "share": percent,
        "money": sum_of_money,
    }


def _with(template: str, number: Figure) -> Figure:
    return lambda value: template.format(number=number(value))


def figure_of(feature: Feature, figures: Mapping[str, Figure], language: str) -> Figure:
    """How a feature's values are written: a code as its word; a band or percentile as its number."""
    if feature.vocabulary:
        return lambda value: word_of(feature, int(value), language)
    return figures["number" if feature.cuts else feature.unit]
