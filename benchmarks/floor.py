"""The query one would write by hand for the same columns on the same engine: the floor that a speed is held to.

For each kind of event one scan of the same Parquet and one group by customer, with an aggregate under a condition for
each number; a window expression for the gaps between orders; joins; then the divisions. Of the product it takes only
the list of what is wanted: what each word means is spelled out again, so that equal results are evidence.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import reduce
from operator import and_
from pathlib import Path

import polars as pl

from features.language.feature import Feature
from features.language.terms import HIGHEST, LOWEST, Condition, Measure, Span, Term
from features.units import DAY, HOUR, MINUTE

OPENING = pl.col("order_line") == 1
HOUR_OF_DAY = pl.col("time") // HOUR % 24
WHOLE = {
    **{name: pl.col(name) for name in ("time", "value", "discount", "cost", "renews_at")},
    **{name: (pl.col(name) * 1_000 + 0.5).floor().cast(pl.Int64) for name in ("quantity", "rating")},
    **{name: (pl.col(name) * 10_000 + 0.5).floor().cast(pl.Int64) for name in ("latitude", "longitude")},
}
NUMBERS = {
    **WHOLE,
    **{f"{name}_known": number.is_not_null().cast(pl.Int64) for name, number in WHOLE.items()},
    **{f"{name}_squared": number.clip(-30_000_000, 30_000_000) ** 2 for name, number in WHOLE.items()},
    "one": pl.col("time").is_not_null().cast(pl.Int64),
    "opening": OPENING.cast(pl.Int64),
    "morning": (OPENING & (HOUR_OF_DAY < 12)).cast(pl.Int64),
    "evening": (OPENING & (HOUR_OF_DAY >= 18)).cast(pl.Int64),
    "weekend": (OPENING & ((pl.col("time") // DAY + 3) % 7 >= 5)).cast(pl.Int64),
    "day": pl.col("time") // DAY,
    "week": (pl.col("time") // DAY + 3) // 7,
    "gap": pl.col("gap"),
    "gap_known": pl.col("gap").is_not_null().cast(pl.Int64),
    "gap_squared": pl.col("gap") ** 2,
}


def floor(events: Sequence[Path], customers: Path, features: Sequence[Feature], *, as_of: int) -> pl.DataFrame:
    """``customer_id`` and the features at ``as_of``, a row a customer, from the lake's files."""
    terms = list(dict.fromkeys(t for f in features for t in f.terms))
    place = {term: f"t{i}" for i, term in enumerate(terms)}
    past = pl.scan_parquet(list(events)).filter(pl.col("customer_id").is_not_null(), pl.col("time") <= as_of)
    wide = past.group_by("customer_id").agg(one=pl.col("time").count().clip(1, 1).cast(pl.Float64))
    for source, chosen in _by_source(terms).items():
        aggregates = [_aggregate(t, as_of).alias(place[t]) for t in chosen]
        wide = wide.join(_source(past, *source).group_by("customer_id").agg(*aggregates), on="customer_id", how="left")
    counts = [place[t] for t in terms if t.measure.op in ("sum", "distinct")]
    first = [f for f in features if f.formula != "nearest"]
    finished = (
        wide.with_columns(pl.col(counts).fill_null(0))
        .join(pl.scan_parquet(customers), on="customer_id", how="left")
        .select("customer_id", *(_finished(f, [pl.col(place[t]) for t in f.terms], as_of) for f in first))
        .with_columns(_nearest(f).alias(f.name) for f in features if f.formula == "nearest")
    )
    return finished.select("customer_id", *(f.name for f in features)).collect(engine="streaming")


def _by_source(terms: Sequence[Term]) -> dict[tuple[str | None, bool], list[Term]]:
    """The terms by the kind of event that they need, and by whether they need the gaps between orders."""
    sources: dict[tuple[str | None, bool], list[Term]] = {}
    for term in terms:
        kinds = [condition.single_value for condition in term.measure.where if condition.column == "kind"]
        key = kinds[0] if kinds else None, term.measure.column.startswith("gap")
        sources.setdefault(key, []).append(term)
    return sources


def _source(past: pl.LazyFrame, kind: str | None, gaps: bool) -> pl.LazyFrame:  # noqa: FBT001
    events = past if kind is None else past.filter(pl.col("kind") == kind)
    if not gaps:
        return events
    before = pl.col("time").shift(1).over("customer_id", "kind", order_by=["time", "event_id"])
    return events.filter(pl.col("order_line").fill_null(1) == 1).with_columns(gap=(pl.col("time") - before) // MINUTE)


def _aggregate(term: Term, as_of: int) -> pl.Expr:
    measure = term.measure
    number = NUMBERS.get(measure.column, pl.col(measure.column))
    ends = measure.op in ("first", "last")
    conditions = [*_conditions(measure, term.span, as_of), *([number.is_not_null()] if ends else [])]
    met = reduce(and_, conditions) if conditions else pl.lit(value=True)
    chosen = number.filter(met) if conditions else number
    if measure.op == "distinct":
        return chosen.drop_nulls().n_unique()
    if ends:
        chosen = chosen.sort_by(pl.col("time").filter(met), pl.col("event_id").filter(met))
    result: pl.Expr = getattr(chosen, measure.op)()
    return result


def _conditions(measure: Measure, span: Span, as_of: int) -> list[pl.Expr]:
    conditions = [_met(c) for c in measure.where if c.column != "kind" or c.single_value is None]
    if span.start is not None:
        conditions.append(pl.col("time") > as_of - span.start * DAY)
    if span.end:
        conditions.append(pl.col("time") <= as_of - span.end * DAY)
    return conditions


def _met(condition: Condition) -> pl.Expr:
    if condition.values:
        among = pl.col(condition.column).is_in(condition.values)
        return (~among if condition.negated else among).fill_null(value=False)
    number = WHOLE[condition.column]
    met = number.is_not_null()
    if condition.low > LOWEST:
        met &= number >= condition.low
    return met & (number < condition.high) if condition.high < HIGHEST else met


def _finished(feature: Feature, t: Sequence[pl.Expr], as_of: int) -> pl.Expr:
    if feature.formula == "code":
        places = {value: float(i) for i, value in enumerate(feature.vocabulary)}
        coded = pl.col(feature.attribute).replace_strict(places, default=float("nan"), return_dtype=pl.Float64)
        return coded.alias(feature.name)
    by_formula: dict[str, Callable[[], pl.Expr]] = {
        "amount": lambda: t[0],
        "ratio": lambda: pl.when(t[1] != 0).then(t[0] / t[1]),
        "change": lambda: pl.when(t[1] != 0).then(t[0] / t[1]),
        "since": lambda: _over(as_of - t[0], DAY),
        "until": lambda: _over(t[0] - as_of, DAY),
        "distance": lambda: _distance(*t),
        "scatter": lambda: _scatter(*t),
        "greatest": lambda: _place([x.fill_null(0) for x in t], pl.max_horizontal(*t) > 0, most=True),
        "least": lambda: _place([x.fill_null(HIGHEST) for x in t], pl.min_horizontal(*t).is_not_null(), most=False),
        "deviation": lambda: _deviation(*t),
        "rhythm": lambda: pl.when(t[1] > 0).then(_over(as_of - t[0], MINUTE) * t[2] / t[1]),
        "stage": lambda: _stage(t, feature.parameters, as_of),
        "journey": lambda: _journey(t, feature.parameters, as_of),
    }
    value = _over(by_formula[feature.formula](), feature.scale)
    if feature.cuts:
        band = pl.lit(pl.Series(feature.cuts)).search_sorted(value, side="right") + 1
        value = pl.when(value.is_not_null()).then(band)
    return value.cast(pl.Float64).fill_null(float("nan")).alias(feature.name)


def _over(value: pl.Expr, number: int) -> pl.Expr:
    """A true division: by a literal, Polars multiplies with its reciprocal, and bands would cut equal values apart."""
    return value if number == 1 else value / (pl.col("one") * number)


def _deviation(total: pl.Expr, squares: pl.Expr, count: pl.Expr) -> pl.Expr:
    variance = (squares - total / count * total) / (count - 1)
    return pl.when(count >= 2).then(pl.max_horizontal(variance, 0.0).sqrt())


def _distance(*t: pl.Expr) -> pl.Expr:
    north, east = t[0] / t[2] / 10_000, t[1] / t[2] / 10_000
    x = ((t[4] / 10_000 - east + 180) % 360 - 180) * ((t[3] / 10_000 + north) / 2).radians().cos()
    km = ((t[3] / 10_000 - north) ** 2 + x**2).sqrt() * 6371.0088 * math.pi / 180
    return pl.when(t[2] > 0).then(km)


def _scatter(*t: pl.Expr) -> pl.Expr:
    north, east = _deviation(t[0], t[1], t[4]), _deviation(t[2], t[3], t[4])
    across = east * (t[0] / t[4] / 10_000).radians().cos()
    return (north**2 + across**2).sqrt() / 10_000 * (6371.0088 * math.pi / 180)


def _place(filled: Sequence[pl.Expr], known: pl.Expr, *, most: bool) -> pl.Expr:
    listed = pl.concat_list(filled).list
    return pl.when(known).then(listed.arg_max() if most else listed.arg_min())


def _stage(t: Sequence[pl.Expr], parameters: Sequence[float], as_of: int) -> pl.Expr:
    """Prospect 0, new 1, active 2, loyal 3, at risk 4, lapsed 5, returning 6."""
    orders, first, last, gaps, gap_count, recent, before, then_gaps, then_count, half_year = t
    usual, at_risk, lapsed, loyal, new, returning = parameters
    own = pl.when(gap_count >= 2).then(gaps / gap_count).otherwise(usual)
    then = pl.when(then_count >= 2).then(then_gaps / then_count).otherwise(usual)
    silence = _over(as_of - last, MINUTE) / pl.max_horizontal(own, 1.0)
    back = (recent > 0) & (before == 0) & (orders > recent) & (lapsed * then < returning * DAY / MINUTE)
    return (
        pl.when(orders == 0).then(0).when(silence > lapsed).then(5).when(silence > at_risk).then(4).when(back).then(6)
        .when(as_of - first <= new * DAY).then(1).when(half_year >= loyal).then(3).otherwise(2)
    )  # fmt: skip


def _journey(t: Sequence[pl.Expr], parameters: Sequence[float], as_of: int) -> pl.Expr:
    """Quiet 0, considering 1, evaluating 2, buying 3, after the purchase 4."""
    signs, shown, carted, ordered, gaps, gap_count = t
    usual, interest, often, buying, after = parameters
    own = pl.when(gap_count >= 2).then(gaps / gap_count).otherwise(usual)
    interested = (signs > 0) & (ordered.is_null() | (shown > ordered))
    waiting = carted.is_not_null() & (ordered.is_null() | (carted > ordered))
    much = (signs >= often) | (waiting & (as_of - carted < interest * DAY))
    over = as_of - ordered > after * own * MINUTE
    return (
        pl.when(waiting & (as_of - carted <= buying * DAY)).then(3).when(~over).then(4)
        .when(interested & much).then(2).when(interested).then(1).otherwise(0)
    )  # fmt: skip


def _nearest(feature: Feature) -> pl.Expr:
    """The place of the centre nearest in other features, these filled, standardised and held within three spreads."""
    size = len(feature.inputs)
    fills, means, spreads, *centres = [
        feature.parameters[i : i + size] for i in range(0, len(feature.parameters), size)
    ]
    scaled = [
        ((pl.col(name).fill_nan(fill) - mean) / spread).clip(-3.0, 3.0)
        for name, fill, mean, spread in zip(feature.inputs, fills, means, spreads, strict=True)
    ]
    away = [pl.sum_horizontal((x - c) ** 2 for x, c in zip(scaled, centre, strict=True)) for centre in centres]
    return pl.concat_list(away).list.arg_min().cast(pl.Float64)
