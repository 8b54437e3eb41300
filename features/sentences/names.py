"""What a feature is called where no sentence fits it: in English as it is declared, else by a text of the language."""

from __future__ import annotations

from collections.abc import Iterator

from features.language.feature import Feature
from features.sentences.nouns import about_of, noun_of, parted
from features.texts.catalogue import texts_in


def name_of(feature: Feature, language: str) -> str:
    """The feature in words; as it is declared where the language has no text for it, such as for a company's own.

    >>> from features.language.defaults.orders import ORDER
    >>> from features.language.feature import amount
    >>> from features.language.terms import Measure, Span
    >>> days = amount("order_days", Measure("distinct", "day", ORDER), Span(28), "count", "days with an order")
    >>> name_of(days, "en"), name_of(days, "sv")
    ('days with an order in the last 28 days', 'dagar med beställningar de senaste 28 dagarna')
    """
    texts, parts = texts_in(language), _parts(feature, language)
    codes = (f"feature.{code}" for code in _codes(feature))
    return next((texts[code].format(**parts) for code in codes if code in texts), feature.text)


def word_of(feature: Feature, place: int, language: str) -> str:
    """A word of a feature's vocabulary: a stage's is the language's, others are the company's."""
    word = feature.vocabulary[place]
    return texts_in(language).get(f"{feature.name}.{word}", word)


def _codes(feature: Feature) -> Iterator[str]:
    """What tells the text of a feature, the most telling first: its name without the span, then what it is made of."""
    if feature.attribute is not None:
        yield f"attribute_{feature.attribute.reading}"
    if not feature.terms:
        yield feature.name
        return
    first, scale = feature.terms[0], _words(feature, "scale")
    base = feature.name.replace(f"_{first.span.label}", "", 1)
    yield base.replace(scale, "rating") if scale else base
    if first.measure.op == "distinct":
        yield f"{first.measure.column}s_with"
    if feature.formula == "ratio" and feature.unit == "ratio":
        yield f"per_{' '.join(parted(feature.terms[1].measure.where)[0])}"
    for column in ("category", "channel"):
        if feature.unit == "share" and _words(feature, column):
            yield f"share_of_{column}"


def _parts(feature: Feature, language: str) -> dict[str, str]:
    """What the texts of a language may name."""
    attribute = "" if feature.attribute is None else feature.attribute.name.replace("_", " ")
    if not feature.terms:
        return {"attribute": attribute}
    first = feature.terms[0]
    noun = noun_of(first.measure, language)
    return {
        "span": first.span.text_in(language),
        "noun": "" if noun is None else noun.other,
        "about": about_of(parted(first.measure.where)[1], language) or "",
        "scale": _words(feature, "scale").upper(),
    }


def _words(feature: Feature, column: str) -> str:
    """The words that the events of a feature's first term must hold in a column."""
    return " ".join(word for c in feature.terms[0].measure.where if c.column == column for word in c.values)
