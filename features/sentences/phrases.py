"""A sentence for each form of feature, its text chosen and filled as far as possible before any customer comes."""

from __future__ import annotations

from features.events.computed_columns import NET
from features.language.feature import Feature
from features.sentences.figures import figure_of
from features.sentences.names import name_of
from features.sentences.nouns import about_of, noun_of, parted
from features.sentences.orders import order_forms
from features.sentences.words import Ending, Tell, Words

_MONEY = {NET: "spend", "value": "gross_spend", "discount": "discount"}
_COUNTS = ("one", "opening")
_MANY = 3  # times as much, rather than so many per cent more


def sentence(feature: Feature, words: Words) -> Tell:
    """How a feature is told: by the first form that fits it, else by its own text.

    >>> from features.language.defaults.orders import LAST_ORDER
    >>> from features.language.feature import since
    >>> from features.sentences.figures import Money
    >>> tell = sentence(since("recency", LAST_ORDER, "days since the last order"), Words.of("en", Money()))
    >>> tell(41.0, 9.0)
    'no order for 41 days; usually every 9'
    """
    forms = () if feature.cuts or feature.vocabulary or not feature.terms else _FORMS
    told = (form(feature, words) for form in forms)
    return next((tell for tell in told if tell is not None), None) or _by_text(feature, words)


def _by_text(feature: Feature, words: Words) -> Tell:
    """Any feature: its text and its value; a text of days since or until something has the unit in it."""
    is_told = feature.unit == "days" and feature.formula in ("since", "until", "attribute")
    figure = words.figures["number"] if is_told else figure_of(feature, words.figures, words.language)
    return words.teller("value", figure, unknown=words.unknown(feature), feature=name_of(feature, words.language))


def _count(feature: Feature, words: Words) -> Tell | None:
    measure, span = feature.terms[0].measure, words.span(feature.terms[0].span)
    if (feature.formula, measure.op, feature.unit) != ("amount", "sum", "count") or measure.column not in _COUNTS:
        return None
    noun = noun_of(measure, words.language)
    if noun is None:
        return None
    one, other = (
        words.teller("count", words.figures["count"], unknown=words.unknown(feature), noun=n, span=span)
        for n in noun.forms
    )
    return _or_none(one, other, words.text("count.none", noun=noun.other, span=span), words.ending("count"))


def _money(feature: Feature, words: Words) -> Tell | None:
    measure, span = feature.terms[0].measure, words.span(feature.terms[0].span)
    if (feature.formula, measure.op, feature.unit) != ("amount", "sum", "money"):
        return None
    (kinds, others), code = parted(measure.where), _MONEY.get(measure.column)
    about = about_of(others, words.language)
    if about is None or code is None or "order" not in kinds or (len(kinds) > 1 and code != "spend"):
        return None
    some = words.teller(code, words.figures["money"], unknown=words.unknown(feature), about=about, span=span)
    return _or_none(some, some, words.text(f"{code}.none", about=about, span=span), words.ending("money"))


def _or_none(one: Tell, other: Tell, none: str, end: Ending) -> Tell:
    return lambda value, usual: none + end(usual) if value == 0 else (one if value == 1 else other)(value, usual)


def _latest(feature: Feature, words: Words) -> Tell | None:
    """Days since the last event: silence where that is longer than usual, else how long ago it was."""
    noun = _noun_since(feature, "max", words)
    if noun is None:
        return None
    never, end = words.text("silence.never", noun=noun), words.ending("number", "usual.gap")
    days = words.figures["days"]
    latest, silence = (words.teller(code, days, unknown=never, end=end, noun=noun) for code in ("latest", "silence"))
    return lambda value, usual: (latest if value <= usual else silence)(value, usual)


def _first(feature: Feature, words: Words) -> Tell | None:
    noun = _noun_since(feature, "min", words)
    if noun is None:
        return None
    return words.teller("first", words.figures["days"], unknown=words.text("silence.never", noun=noun), noun=noun)


def _noun_since(feature: Feature, op: str, words: Words) -> str | None:
    """What a first (``min``) or last (``max``) time is of."""
    if feature.formula != "since" or feature.terms[0].measure.op != op:
        return None
    noun = noun_of(feature.terms[0].measure, words.language)
    return None if noun is None else noun.one


def _trend(feature: Feature, words: Words) -> Tell | None:
    """One span over the one before: so much more or less of it."""
    now, *rest = feature.terms
    if feature.formula != "ratio" or now.measure != (before := rest[0]).measure or before.span.end != now.span.start:
        return None
    noun = noun_of(now.measure, words.language) if now.measure.column in _COUNTS else None
    is_spend = now.measure.column == NET and not parted(now.measure.where)[1]
    if noun is None and not is_spend:
        return None
    spans: dict[str, str] = {
        "now": words.span(now.span),
        "before": words.span(before.span),
        "noun": noun.other if noun else "spend",
    }
    prefix, nothing = ("trend", "count.none") if noun else ("spend_trend", "spend.none")
    none = words.text(nothing, noun=spans["noun"], about="", span=spans["before"])
    share, same = words.figures["share"], words.text(f"{prefix}.same", **spans)
    more, less = (words.teller(f"{prefix}.{code}", share, unknown=none, end=None, **spans) for code in ("more", "less"))
    times = words.teller(f"{prefix}.times", words.figures["ratio"], unknown=none, end=None, **spans)

    def tell(value: float, usual: float) -> str:
        if value == 1:
            return same
        return times(value, usual) if value >= _MANY else (less if value < 1 else more)(abs(value - 1), usual)

    return tell


def _place(feature: Feature, words: Words) -> Tell | None:
    if feature.formula not in ("distance", "scatter"):
        return None
    return words.teller(feature.formula, words.figures["km"], unknown=words.unknown(feature))


def _renewal(feature: Feature, words: Words) -> Tell | None:
    if feature.formula != "until" or feature.terms[0].measure.column != "renews_at":
        return None
    days, unknown = words.figures["days"], words.unknown(feature)
    ahead, past = (words.teller(code, days, unknown=unknown) for code in ("renewal", "renewal.past"))
    return lambda value, usual: (past if value < 0 else ahead)(abs(value), usual)


_FORMS = (_count, _money, _latest, _first, _trend, *order_forms, _place, _renewal)
