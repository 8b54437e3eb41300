"""Sentences of the days between orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from features.language.feature import Feature
from features.sentences.nouns import parted
from features.sentences.words import Tell, Words


def _between_orders(feature: Feature) -> bool:
    """Whether all of it is about orders, whichever they are."""
    return all(parted(term.measure.where) == (["order"], []) for term in feature.terms)


def _mean_gap(feature: Feature, words: Words) -> Tell | None:
    columns = [term.measure.column for term in feature.terms]
    if (feature.formula, columns) != ("ratio", ["gap", "gap_known"]) or not _between_orders(feature):
        return None
    span = feature.terms[0].span
    code, when = "gap.all" if span.start is None else "gap", words.span(span)
    unknown = words.text("gap.unknown", span=when)
    days = words.figures["days"]
    return words.teller(code, days, unknown=unknown, end=words.ending("days", "usual.gap"), span=when)


def _last_gap(feature: Feature, words: Words) -> Tell | None:
    measure = feature.terms[0].measure
    if (feature.formula, measure.op, measure.column) != ("amount", "last", "gap") or not _between_orders(feature):
        return None
    return words.teller("last_gap", words.figures["days"], unknown=words.text("last_gap.unknown"))


def _rhythm(feature: Feature, words: Words) -> Tell | None:
    if feature.formula != "rhythm" or not _between_orders(feature):
        return None
    when = words.span(feature.terms[-1].span)
    return words.teller("rhythm", words.figures["ratio"], unknown=words.text("gap.unknown", span=when), span=when)


order_forms: Final[tuple[Callable[[Feature, Words], Tell | None], ...]] = (_mean_gap, _last_gap, _rhythm)
