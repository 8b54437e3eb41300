"""Default features of orders: how many, how much, how regularly, when, and how that changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from features.events.computed_columns import NET
from features.events.kinds import KINDS, RETURNS
from features.language.feature import Feature, amount, ratio, since
from features.language.formulas.deviation import DeviationOperands, WideDeviationOperands
from features.language.formulas.evaluation import RhythmOperands
from features.language.terms import Measure, Op, Span, Term, where
from features.units import DAY, MINUTE

WEEKS = 8
EVER = Span(None)
ORDER = where(kind="order")
ORDERS = Measure("sum", "opening", ORDER)
LINES = Measure("sum", "one", ORDER)
GROSS_SPEND = Measure("sum", "value", ORDER)
SPEND = Measure("sum", NET, where(kind=("order", *RETURNS)))  # without the word gross, money is net of what came back
DISCOUNT = Measure("sum", "discount", ORDER)
FIRST_ORDER = Measure("min", "time", ORDER)
LAST_ORDER = Measure("max", "time", ORDER)
GAPS = Measure("sum", "gap_known", ORDER)
GAP = Measure("sum", "gap", ORDER)
GAP_SQUARED = Measure("sum", "gap_squared", ORDER)
MINUTES_A_DAY = DAY // MINUTE


def order_features(spans: Sequence[Span]) -> Iterator[Feature]:
    """All features of orders that need neither categories nor channels."""
    yield from _amounts(spans)
    yield from _baskets()
    yield from _values()
    yield from _weeks()
    yield from _trends()
    yield from _rhythm()
    yield from _habits()
    yield from _variety()


def _amounts(spans: Sequence[Span]) -> Iterator[Feature]:
    for span in spans:
        yield amount("orders", ORDERS, span, "count", "orders")
        yield amount("spend", SPEND, span, "money", "spend")
        yield amount("order_lines", LINES, span, "count", "items bought")
        yield amount("discount", DISCOUNT, span, "money", "discounts received")


def _baskets() -> Iterator[Feature]:
    for span in (Span(28), Span(90), EVER):
        orders, discount, gross = (Term(measure, span) for measure in (ORDERS, DISCOUNT, GROSS_SPEND))
        text = f"spend per order {span.text}"
        yield ratio(f"spend_per_order_{span.label}", Term(SPEND, span), orders, "money", text)
        yield ratio(f"lines_per_order_{span.label}", Term(LINES, span), orders, "ratio", f"items per order {span.text}")
        text = f"discount over gross spend {span.text}"
        yield ratio(f"discount_rate_{span.label}", discount, gross, "share", text)


def _values() -> Iterator[Feature]:
    """Of single order lines; without one, or for the spread without two, undefined."""
    terms = WideDeviationOperands(
        total=Term(GROSS_SPEND, EVER),
        squares_high=Term(Measure("sum", "value_square_high", ORDER), EVER),
        squares_low=Term(Measure("sum", "value_square_low", ORDER), EVER),
        number=Term(Measure("sum", "value_known", ORDER), EVER),
    )
    text = "spread of the value of an item bought so far"
    yield Feature("line_value_std_all", "wide_deviation", terms, "money", text)
    ends: Mapping[str, tuple[Op, str]] = {
        "line_value_min_all": ("min", "least value of an item bought"),
        "line_value_max_all": ("max", "greatest value of an item bought"),
        "first_line_value": ("first", "value of the first item bought"),
        "last_line_value": ("last", "value of the last item bought"),
    }
    for name, (op, text) in ends.items():
        yield Feature(name, "amount", (Term(Measure(op, "value", ORDER), EVER),), "money", text)


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
    yield since("days_since_first_order", FIRST_ORDER, "days since the first order")
    last, text = Term(Measure("last", "gap", ORDER), EVER), "days between the last two orders"
    yield Feature("order_gap_last", "amount", (last,), "days", text, MINUTES_A_DAY)
    for span in (Span(90), EVER):
        gap, gaps, squared = Term(GAP, span), Term(GAPS, span), Term(GAP_SQUARED, span)
        mean, deviation = f"order_gap_mean_{span.label}", f"order_gap_std_{span.label}"
        ending = f", of gaps that end {span.text}" if span.start else f" {span.text}"
        text = f"of the days between orders{ending}"
        yield Feature(mean, "ratio", (gap, gaps), "days", f"mean {text}", MINUTES_A_DAY)
        spread = DeviationOperands(total=gap, squares=squared, number=gaps)
        yield Feature(deviation, "deviation", spread, "days", f"spread {text}", MINUTES_A_DAY)
        name, words = f"recency_over_gap_{span.label}", f"days since the last order over the mean gap{ending}"
        rhythm = RhythmOperands(last=Term(LAST_ORDER, EVER), gap_sum=gap, gap_count=gaps)
        yield Feature(name, "rhythm", rhythm, "ratio", words)


def _habits() -> Iterator[Feature]:
    for habit in ("morning", "evening", "weekend"):
        for span in (Span(90), EVER):
            habit_orders, orders = Term(Measure("sum", habit, ORDER), span), Term(ORDERS, span)
            text = f"share of {habit} orders {span.text}"
            yield ratio(f"{habit}_share_{span.label}", habit_orders, orders, "share", text)


def _variety() -> Iterator[Feature]:
    for span in (Span(28), Span(90), EVER):
        yield amount("categories", Measure("distinct", "category", ORDER), span, "count", "different categories")
        yield amount("order_days", Measure("distinct", "day", ORDER), span, "count", "days with an order")
    for span in (Span(28), Span(56), Span(90), Span(180), EVER):
        yield amount("order_weeks", Measure("distinct", "week", ORDER), span, "count", "weeks with an order")


def gross_features() -> Iterator[Feature]:
    """What was spent before anything came back."""
    for span in (Span(28), Span(90), Span(365), EVER):
        yield amount("gross_spend", GROSS_SPEND, span, "money", "gross spend")


def return_features(kind: str, *, returning: bool) -> Iterator[Feature]:
    """How much of what was bought came back as refunds, or as cancellations; undefined for who bought nothing."""
    returns, noun = where(kind=kind), KINDS[kind].plural
    past = {"refund": "refunded", "cancel": "cancelled"}[kind]
    for span in (Span(90), EVER):
        value, text = Term(Measure("sum", "value", returns), span), f"{noun} as a share of gross spend {span.text}"
        yield ratio(f"{past}_spend_share_{span.label}", value, Term(GROSS_SPEND, span), "share", text)
    if returning:
        orders, text = Term(Measure("distinct", "order_id", returns), EVER), f"share of orders with a {kind}"
        yield ratio(f"{past}_orders_share_all", orders, Term(ORDERS, EVER), "share", text)
