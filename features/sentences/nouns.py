"""What a feature counts, as a noun."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from features.language.terms import LOWEST, Condition, Measure, Where
from features.texts.catalogue import texts_in


@dataclass(frozen=True)
class Noun:
    """A noun for one and for several."""

    one: str
    other: str

    @property
    def forms(self) -> tuple[str, str]:
        """The noun beside 1, and beside any other number."""
        return self.one, self.other


def noun_of(measure: Measure, language: str) -> Noun | None:
    """The noun for the events that a measure counts or dates; None where their conditions are more than a few words.

    >>> from features.language.terms import where
    >>> noun_of(Measure("max", "time", where(kind="order", category="Tea")), "en")
    Noun(one='order of Tea', other='orders of Tea')
    >>> noun_of(Measure("sum", "one", where(kind="order")), "en").other
    'items bought'
    """
    kinds, others = parted(measure.where)
    about = about_of(others, language)
    if about is None or len(kinds) > 1:
        return None
    texts, kind = texts_in(language), kinds[0] if kinds else "event"
    name = "line" if (measure.column, kind) == ("one", "order") else kind
    name = name if f"noun.{name}.one" in texts else "any"
    words = kind.replace("_", " ")
    one, other = (texts[f"noun.{name}.{number}"].format(kind=words) for number in ("one", "other"))
    return Noun(one + about, other + about)


def parted(where: Where) -> tuple[Sequence[str], Sequence[Condition]]:
    """The kinds that conditions allow, and the other conditions."""
    kinds = [kind for condition in where if condition.column == "kind" for kind in condition.values]
    return kinds, [condition for condition in where if condition.column != "kind"]


def about_of(conditions: Sequence[Condition], language: str) -> str | None:
    """Conditions as a few words; None for bounds, exceptions and columns without words of their own.

    >>> about_of([Condition("category", ("Coffee", "Tea")), Condition("channel", ("web",))], "en")
    ' of Coffee or Tea by web'
    """
    texts, parts = texts_in(language), []
    for condition in conditions:
        template = texts.get(f"about.{condition.column}")
        if template is None or condition.negated or condition.low != LOWEST or not condition.values:
            return None
        parts.append(template.format(words=texts["or"].join(condition.values)))
    return "".join(parts)
