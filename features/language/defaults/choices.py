"""Default features of what customers choose between: categories and channels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from features.language.defaults.names import name_part
from features.language.defaults.orders import EVER, GROSS_SPEND, ORDER, ORDERS
from features.language.feature import Feature, amount, ratio, since
from features.language.terms import Measure, Span, Term, where


def category_features(categories: Sequence[str]) -> Iterator[Feature]:
    """Each category's share of gross spend and recency, and which of them takes most of it."""
    for place, category in enumerate(categories, 1):
        yield from _category(category, name_part(category, f"category_{place}"))
    for span in (Span(28), Span(90), EVER) if len(categories) > 1 else ():
        spend_by_category = tuple(
            Term(Measure("sum", "value", where(kind="order", category=c)), span) for c in categories
        )
        name, text = f"top_category_{span.label}", f"category with the most gross spend {span.text}"
        yield Feature(name, "greatest", spend_by_category, "code", text, vocabulary=tuple(categories))


def _category(category: str, name: str) -> Iterator[Feature]:
    orders = where(kind="order", category=category)
    spend, last = Measure("sum", "value", orders), Measure("max", "time", orders)
    for span in (Span(90), EVER):
        share, total = f"{category} as a share of gross spend {span.text}", Term(GROSS_SPEND, span)
        yield ratio(f"share_{name}_{span.label}", Term(spend, span), total, "share", share)
    yield since(f"days_since_last_{name}", last, f"days since {category} was last bought")


def channel_features(channels: Sequence[str], *, ordering: bool) -> Iterator[Feature]:
    """Each channel's share and recency, of orders or else of all events; the first, the last, and how many."""
    events = ORDER if ordering else ()
    total, noun = (ORDERS, "orders") if ordering else (Measure("sum", "one"), "events")
    conditions = {channel: (*where(channel=channel), *events) for channel in channels}
    for place, (channel, by_channel) in enumerate(conditions.items(), 1):
        short = name_part(channel, f"channel_{place}")
        for span in (Span(90), EVER):
            name, text = f"{short}_{noun}_share_{span.label}", f"share of {noun} by {channel} {span.text}"
            yield ratio(name, Term(Measure("sum", total.column, by_channel), span), Term(total, span), "share", text)
        name = f"days_since_last_{short}_{noun.removesuffix('s')}"
        text = f"days since the last of the {noun} by {channel}"
        yield since(name, Measure("max", "time", by_channel), text)
    for span in (Span(90), EVER):
        text = f"different channels of {noun}"
        yield amount("channels", Measure("distinct", "channel", events), span, "count", text)
    firsts = tuple(Term(Measure("min", "time", by_channel), EVER) for by_channel in conditions.values())
    lasts = tuple(Term(Measure("max", "time", by_channel), EVER) for by_channel in conditions.values())
    vocabulary, kind = tuple(channels), noun.removesuffix("s")
    yield Feature("first_channel", "least", firsts, "code", f"channel of the first {kind}", vocabulary=vocabulary)
    yield Feature("last_channel", "greatest", lasts, "code", f"channel of the last {kind}", vocabulary=vocabulary)
