"""Default features of every kind of event beside orders: how often, how lately, how much of it answers what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from features.events.kinds import KINDS, Kind
from features.language.defaults.names import name_part
from features.language.defaults.orders import EVER, ORDERS
from features.language.feature import Feature, amount, ratio, since
from features.language.terms import Measure, Span, Term, where

SPANS = (Span(28), Span(90), Span(180), EVER)
PRESSURE = (Span(7), Span(14), *SPANS)  # contacts tire who has had many of them lately


def kind_features(kind: str, kinds: Sequence[str]) -> Iterator[Feature]:
    """The features of one kind among all kinds; counts of what did not happen are 0, ratios to nothing undefined."""
    name = name_part(kind, f"kind_{kinds.index(kind) + 1}")
    usual = KINDS.get(kind, Kind(kind))
    noun, text = usual.plural or f"{name}_count", (usual.plural or f"'{kind}' events").replace("_", " ")
    events = where(kind=kind)
    count = Measure("sum", "one", events)
    for span in PRESSURE if kind == "contact" else SPANS:
        yield amount(noun, count, span, "count", text)
    trend = f"{text} in the last 90 days over the 90 days before"
    yield ratio(f"{noun}_trend_90d", Term(count, Span(90)), Term(count, Span(180, 90)), "ratio", trend)
    yield since(
        f"days_since_last_{name}", Measure("max", "time", events), f"days since the last '{kind.replace('_', ' ')}'"
    )
    if kind != "contact":
        yield amount(f"{name}_days", Measure("distinct", "day", events), EVER, "count", f"days with {text}")
        for base, base_count in (("contact", Measure("sum", "one", where(kind="contact"))), ("order", ORDERS)):
            if base in kinds:
                text_per_base = f"{text} per {base}"
                yield ratio(f"{noun}_per_{base}", Term(count, EVER), Term(base_count, EVER), "ratio", text_per_base)
    if usual.answer and "contact" in kinds:
        for span in (Span(28), Span(90)):
            contacts = Term(Measure("sum", "one", where(kind="contact")), span)
            words = f"{text} per contact {span.text}"
            yield ratio(f"{noun}_per_contact_{span.label}", Term(count, span), contacts, "ratio", words)
