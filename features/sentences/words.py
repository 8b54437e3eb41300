"""The words of a language at hand: its texts cut at their value, so that telling one is three strings put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isnan
from typing import Self

from features.language.feature import Feature
from features.language.terms import Span
from features.sentences.figures import Figure, Money, figures_in
from features.sentences.names import name_of
from features.texts.catalogue import texts_in

Tell = Callable[[float, float], str]  # a value and what is usual (NaN where nothing is) → the sentence
Ending = Callable[[float], str]
_FEW = ("one", "none")


@dataclass(frozen=True)
class Words:
    """A language's texts, and how it writes the values of each unit."""

    language: str
    texts: Mapping[str, str]
    figures: Mapping[str, Figure]

    @classmethod
    def of(cls, language: str, money: Money) -> Self:
        """The words of a language, amounts in this currency."""
        return cls(language, texts_in(language), figures_in(language, money))

    def text(self, code: str, **parameters: str) -> str:
        """A text without a value."""
        return self.texts[code].format(**parameters)

    def teller(self, code: str, figure: Figure, *, unknown: str, end: Ending | None = None, **parameters: str) -> Tell:
        """A text with a value; ``unknown`` where there is none, and ``end`` tells what is usual.

        >>> words = Words.of("en", Money())
        >>> tell = words.teller("gap.all", words.figures["days"], unknown="not two orders")
        >>> tell(9.0, float("nan")), tell(float("nan"), float("nan"))
        ('an order every 9 days on average', 'not two orders')
        """
        before, after = (part.format(**parameters) for part in self.texts[code].split("{value}"))
        ending = end or self._ending(figure, "usual")
        return lambda value, usual: unknown if isnan(value) else f"{before}{figure(value)}{after}{ending(usual)}"

    def counted(self, code: str, figure: Figure, *, unknown: str) -> Tell:
        """A text with a value; where it tells how many times, another one for none and for once."""
        some, one, none = self.teller(code, figure, unknown=unknown), *(self.texts.get(f"{code}.{n}") for n in _FEW)
        if one is None or none is None:
            return some
        return lambda value, usual: none if value == 0 else one if value == 1 else some(value, usual)

    def unknown(self, feature: Feature) -> str:
        """That a feature has no value: an attribute that nobody told, or a figure of events that did not happen."""
        return self.text(
            "value",
            feature=name_of(feature, self.language),
            value=self.texts["undefined" if feature.terms else "unknown"],
        )

    def ending(self, unit: str, code: str = "usual") -> Ending:
        """How what is usual ends a sentence; nothing where nothing is."""
        return self._ending(self.figures[unit], code)

    def _ending(self, figure: Figure, code: str) -> Ending:
        before, after = self.texts[code].split("{usual}")
        return lambda usual: "" if isnan(usual) else f"{before}{figure(usual)}{after}"

    def span(self, span: Span) -> str:
        """A span of days."""
        return span.text_in(self.language)
