"""The default features, derived from the kinds, categories and attributes that a company's events hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count

from features.language import Feature, Measure, Span, Term, amount, code, ratio, since, where
from features.units import DAY, MINUTE

WINDOWS = (7, 14, 28, 56, 90, 180, 365)
WEEKS = 8
EVER = Span(None)
NOUNS = {
    "cart": "carts", "click": "clicks", "contact": "contacts", "exposure": "exposures", "open": "opens",
    "redeem": "redemptions", "refund": "refunds", "search": "searches", "survey": "surveys", "view": "views",
    "visit": "visits",
}  # fmt: skip


@dataclass(frozen=True)
class Vocabulary:
    """What the events held when the features were fitted; everything the default set depends on."""

    kinds: tuple[str, ...]
    categories: tuple[str, ...]
    attributes: tuple[tuple[str, tuple[str, ...]], ...]


def default_features(
    vocabulary: Vocabulary, windows: Sequence[int] = WINDOWS, *, minor_units: int = 2
) -> tuple[Feature, ...]:
    """The default set for a vocabulary, its names unique and in a fixed order; money in units of the currency.

    >>> small = default_features(Vocabulary(("order", "visit"), ("Tea",), ()), windows=(28,))
    >>> [f.name for f in small if "28d" in f.name][:4]
    ['orders_28d', 'spend_28d', 'order_lines_28d', 'discount_28d']
    """
    spans = [Span(w) for w in sorted(set(windows))] + [EVER]
    features: list[Feature] = []
    if "order" in vocabulary.kinds:
        features += [*_orders(spans), *_baskets(), *_weeks(), *_trends(), *_rhythm(), *_habits(), *_variety()]
        features += [f for c in vocabulary.categories for f in _category(c)]
    features += [f for k in vocabulary.kinds if k != "order" for f in _kind(k, vocabulary.kinds)]
    features += [code(name, values) for name, values in vocabulary.attributes]
    money = 10**minor_units
    return distinctly(replace(f, scale=money) if f.unit == "money" else f for f in features)


def distinctly(features: Iterable[Feature]) -> tuple[Feature, ...]:
    """Features with names of their own: where one is taken, the later feature gets a number.

    >>> tea, same = code("tea", ("a", "b")), code("tea", ("c", "d"))
    >>> [f.name for f in distinctly([tea, same])]
    ['tea', 'tea_2']
    """
    taken, out = {"customer_id", "as_of"}, []
    for feature in features:
        numbered = (f"{feature.name}_{n}" for n in count(2))
        name = feature.name if feature.name not in taken else next(n for n in numbered if n not in taken)
        taken.add(name)
        out.append(replace(feature, name=name))
    return tuple(out)


ORDER = where(kind="order")
ORDERS = Measure("sum", "opening", ORDER)
LINES = Measure("sum", "one", ORDER)
SPEND = Measure("sum", "value", ORDER)
DISCOUNT = Measure("sum", "discount", ORDER)
LAST_ORDER = Measure("max", "time", ORDER)
GAPS = Measure("sum", "gap_known", ORDER)
GAP = Measure("sum", "gap", ORDER)
GAP_SQUARED = Measure("sum", "gap_squared", ORDER)
MINUTES_A_DAY = DAY // MINUTE


def _orders(spans: Sequence[Span]) -> Iterator[Feature]:
    for span in spans:
        yield amount("orders", ORDERS, span, "count", "orders")
        yield amount("spend", SPEND, span, "money", "spend")
        yield amount("order_lines", LINES, span, "count", "items bought")
        yield amount("discount", DISCOUNT, span, "money", "discounts received")


def _baskets() -> Iterator[Feature]:
    for span in (Span(28), Span(90), EVER):
        orders, spend = Term(ORDERS, span), Term(SPEND, span)
        yield ratio(f"spend_per_order_{span.label}", spend, orders, "money", f"spend per order {span.text}")
        yield ratio(f"lines_per_order_{span.label}", Term(LINES, span), orders, "ratio", f"items per order {span.text}")
        yield ratio(
            f"discount_rate_{span.label}", Term(DISCOUNT, span), spend, "share", f"discount over spend {span.text}"
        )


def _weeks() -> Iterator[Feature]:
    for week in range(1, WEEKS):
        span = Span(7 * (week + 1), 7 * week)
        yield amount("orders", ORDERS, span, "count", "orders")
        yield amount("spend", SPEND, span, "money", "spend")


def _trends() -> Iterator[Feature]:
    for days in (14, 28, 90):
        for noun, measure in (("orders", ORDERS), ("spend", SPEND)):
            now, before = Term(measure, Span(days)), Term(measure, Span(2 * days, days))
            text = f"{noun} in the last {days} days over the {days} days before"
            yield ratio(f"{noun}_trend_{days}d", now, before, "ratio", text)
        share = f"orders in the last {days} days as a share of all"
        yield ratio(f"orders_share_{days}d", Term(ORDERS, Span(days)), Term(ORDERS, EVER), "share", share)


def _rhythm() -> Iterator[Feature]:
    yield since("days_since_last_order", LAST_ORDER, "days since the last order")
    yield since("days_since_first_order", Measure("min", "time", ORDER), "days since the first order")
    for span in (Span(90), EVER):
        gap, gaps, squared = Term(GAP, span), Term(GAPS, span), Term(GAP_SQUARED, span)
        mean, deviation = f"order_gap_mean_{span.label}", f"order_gap_std_{span.label}"
        text = f"days between orders {span.text}"
        yield Feature(mean, "ratio", (gap, gaps), "days", f"mean {text}", MINUTES_A_DAY)
        yield Feature(deviation, "deviation", (gap, squared, gaps), "days", f"spread of {text}", MINUTES_A_DAY)
        name, words = f"recency_over_gap_{span.label}", f"days since the last order over the mean gap {span.text}"
        yield Feature(name, "rhythm", (Term(LAST_ORDER, EVER), gap, gaps), "ratio", words)


def _habits() -> Iterator[Feature]:
    for habit in ("morning", "evening", "weekend"):
        for span in (Span(90), EVER):
            over, under = Term(Measure("sum", habit, ORDER), span), Term(ORDERS, span)
            yield ratio(f"{habit}_share_{span.label}", over, under, "share", f"share of {habit} orders {span.text}")


def _variety() -> Iterator[Feature]:
    for span in (Span(28), Span(90), EVER):
        for noun, column in (("categories", "category"), ("order_days", "day")):
            text = f"different {noun.replace('_', ' ')}"
            yield amount(noun, Measure("distinct", column, ORDER), span, "count", text)


def _category(category: str) -> Iterator[Feature]:
    bought, name = where(kind="order", category=category), snake(category)
    spend, last = Measure("sum", "value", bought), Measure("max", "time", bought)
    for span in (Span(90), EVER):
        share = f"{category} as a share of spend {span.text}"
        yield ratio(f"share_{name}_{span.label}", Term(spend, span), Term(SPEND, span), "share", share)
    yield since(f"days_since_last_{name}", last, f"days since {category} was last bought")


def _kind(kind: str, kinds: Sequence[str]) -> Iterator[Feature]:
    these = where(kind=kind)
    noun, text = NOUNS.get(kind, f"{kind}_count"), NOUNS.get(kind, f"'{kind.replace('_', ' ')}' events")
    count = Measure("sum", "one", these)
    for span in (Span(28), Span(90), Span(180), EVER):
        yield amount(noun, count, span, "count", text)
    yield since(
        f"days_since_last_{kind}", Measure("max", "time", these), f"days since the last '{kind.replace('_', ' ')}'"
    )
    if kind not in ("contact", "order"):
        yield amount(f"{kind}_days", Measure("distinct", "day", these), EVER, "count", f"days with {text}")
        for base in ("contact", "order"):
            if base in kinds:
                under = Term(ORDERS if base == "order" else Measure("sum", "one", where(kind=base)), EVER)
                yield ratio(f"{noun}_per_{base}", Term(count, EVER), under, "ratio", f"{text} per {base}")


def snake(text: str) -> str:
    """A name fit for a column.

    >>> snake("FRZN MEAT/MEAT DINNERS")
    'frzn_meat_meat_dinners'
    """
    return "_".join("".join(c if c.isalnum() else " " for c in text.lower()).split())
