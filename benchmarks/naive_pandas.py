"""The same columns in straightforward pandas: a mask for each span, a group-by with its aggregates, a merge."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from features.language.feature import Feature
from features.language.terms import Condition, Span, Term, Where
from features.units import DAY, HOUR, MINUTE

READ = ["customer_id", "time", "event_id", "kind", "order_line"]
SCALES = {"quantity": 1_000, "rating": 1_000, "latitude": 10_000, "longitude": 10_000}
SQUARES = ("value_squared", "rating_squared", "latitude_squared", "longitude_squared")
HELD = ("value", "discount", "cost", "renews_at", "category", "channel", "item_id", "order_id", *SCALES)


def naive(events: Sequence[Path], customers: Path, features: Sequence[Feature], *, as_of: int) -> pd.DataFrame:
    """``customer_id`` and the features at ``as_of``, a row a customer, from the lake's files."""
    terms = list(dict.fromkeys(t for f in features for t in f.terms))
    df = _read(events, terms, as_of)
    wide = pd.DataFrame({"customer_id": np.sort(df["customer_id"].unique())})
    for (where, span), chosen in _by_events(terms).items():
        rows = _rows(df, where, span, as_of)
        wide = wide.merge(_aggregates(rows, chosen), on="customer_id", how="left")
    for term in terms:
        if term.measure.op in ("sum", "distinct"):
            wide[term] = wide[term].fillna(0)
    wide = wide.merge(pd.read_parquet(customers), on="customer_id", how="left")
    made: dict[str, pd.Series[float]] = {}
    for feature in features:
        made[feature.name] = _nearest(feature, made) if feature.inputs else _finished(feature, wide, as_of)
    return pd.DataFrame({"customer_id": wide["customer_id"], **made})


def _read(events: Sequence[Path], terms: Sequence[Term], as_of: int) -> pd.DataFrame:
    columns = {t.measure.column.removesuffix("_known").removesuffix("_squared") for t in terms}
    wanted = (columns & set(HELD)) | {c.column for t in terms for c in t.measure.where} | set(READ)
    df = pd.concat([pd.read_parquet(f, columns=sorted(wanted)) for f in events], ignore_index=True)
    df = df[df["customer_id"].notna() & (df["time"] <= as_of)].sort_values(["customer_id", "time", "event_id"])
    first, hour = df["order_line"] == 1, df["time"] // HOUR % 24
    for name in columns & set(SCALES):
        df[name] = np.floor(df[name] * SCALES[name] + 0.5)
    for name in columns & set(HELD):
        df[f"{name}_known"] = df[name].notna()
    for name in {t.measure.column for t in terms if t.measure.column in SQUARES}:
        df[name] = df[name.removesuffix("_squared")].clip(-3e7, 3e7) ** 2
    df["one"], df["opening"], df["day"] = 1, first, df["time"] // DAY
    df["morning"], df["evening"] = first & (hour < 12), first & (hour >= 18)
    df["week"] = (df["day"] + 3) // 7
    df["weekend"] = first & ((df["day"] + 3) % 7 >= 5)
    openings = df[first | df["order_line"].isna()]
    df["gap"] = openings.groupby(["customer_id", "kind"])["time"].diff() // MINUTE
    df["gap_known"], df["gap_squared"] = df["gap"].notna(), df["gap"] ** 2
    return df


def _by_events(terms: Sequence[Term]) -> dict[tuple[Where, Span], list[Term]]:
    groups: dict[tuple[Where, Span], list[Term]] = {}
    for term in terms:
        groups.setdefault((term.measure.where, term.span), []).append(term)
    return groups


def _rows(df: pd.DataFrame, where: Where, span: Span, as_of: int) -> pd.DataFrame:
    mask = df["time"] <= as_of - span.end * DAY
    if span.start is not None:
        mask &= df["time"] > as_of - span.start * DAY
    for condition in where:
        mask &= _met(df[condition.column], condition)
    return df[mask]


def _met(held: pd.Series[float], condition: Condition) -> pd.Series[bool]:
    if condition.values:
        return held.notna() & (held.isin(condition.values) != condition.negated)
    return held.notna() & (held >= condition.low) & (held < condition.high)


def _aggregates(rows: pd.DataFrame, terms: Sequence[Term]) -> pd.DataFrame:
    grouped = rows.groupby("customer_id")
    how = {"distinct": "nunique"}
    columns = {t: grouped[t.measure.column].agg(how.get(t.measure.op, t.measure.op)) for t in terms}
    return pd.DataFrame(columns).reset_index()


def _finished(feature: Feature, wide: pd.DataFrame, as_of: int) -> pd.Series[float]:
    if feature.formula == "code":
        return wide[feature.attribute].map({value: float(i) for i, value in enumerate(feature.vocabulary)})
    t = [wide[term].astype("float64") for term in feature.terms]
    value = _value(feature, t, as_of) / feature.scale
    if feature.cuts:
        edges = [-np.inf, *feature.cuts, np.inf]
        value = pd.cut(value, edges, right=False, labels=False) + 1.0
    return value.astype("float64")


def _value(feature: Feature, t: Sequence[pd.Series[float]], as_of: int) -> pd.Series[float]:
    by_formula: dict[str, Callable[[], pd.Series[float]]] = {
        "amount": lambda: t[0],
        "ratio": lambda: t[0] / t[1].where(t[1] != 0),
        "change": lambda: t[0] / t[1].where(t[1] != 0),
        "since": lambda: (as_of - t[0]) / DAY,
        "until": lambda: (t[0] - as_of) / DAY,
        "deviation": lambda: _deviation(t[0], t[1], t[2].where(t[2] >= 2)),
        "rhythm": lambda: (as_of - t[0]) / MINUTE * t[2] / t[1].where(t[1] > 0),
        "distance": lambda: _distance(t),
        "scatter": lambda: _scatter(t),
        "greatest": lambda: _place(pd.concat(t, axis=1), most=True),
        "least": lambda: _place(pd.concat(t, axis=1), most=False),
        "stage": lambda: _stage(t, feature.parameters, as_of),
        "journey": lambda: _journey(t, feature.parameters, as_of),
    }
    return by_formula[feature.formula]()


def _deviation(total: pd.Series[float], squares: pd.Series[float], count: pd.Series[float]) -> pd.Series[float]:
    return ((squares - total / count * total) / (count - 1)).clip(lower=0) ** 0.5


def _place(t: pd.DataFrame, *, most: bool) -> pd.Series[float]:
    values = t.fillna(0 if most else np.inf).to_numpy()
    place = values.argmax(axis=1) if most else values.argmin(axis=1)
    known = values.max(axis=1) > 0 if most else values.min(axis=1) < np.inf
    return pd.Series(np.where(known, place, np.nan), index=t.index)


def _distance(t: Sequence[pd.Series[float]]) -> pd.Series[float]:
    count = t[2].where(t[2] > 0)
    north, east = t[0] / count / 10_000, t[1] / count / 10_000
    x: pd.Series[float] = ((t[4] / 10_000 - east + 180) % 360 - 180) * np.cos(np.radians((t[3] / 10_000 + north) / 2))
    degrees: pd.Series[float] = ((t[3] / 10_000 - north) ** 2 + x**2) ** 0.5
    return degrees * 6371.0088 * np.pi / 180


def _scatter(t: Sequence[pd.Series[float]]) -> pd.Series[float]:
    count = t[4].where(t[4] >= 2)
    north, east = _deviation(t[0], t[1], count), _deviation(t[2], t[3], count)
    across: pd.Series[float] = east * np.cos(np.radians(t[0] / count / 10_000))
    degrees: pd.Series[float] = (north**2 + across**2) ** 0.5 / 10_000
    return degrees * (6371.0088 * np.pi / 180)


def _stage(t: Sequence[pd.Series[float]], parameters: Sequence[float], as_of: int) -> pd.Series[float]:
    """Prospect 0, new 1, active 2, loyal 3, at risk 4, lapsed 5, returning 6."""
    orders, first, last, gaps, gap_count, recent, before, then_gaps, then_count, half_year = t
    usual, at_risk, lapsed, loyal, new, returning = parameters
    own = (gaps / gap_count).where(gap_count >= 2, usual)
    then = (then_gaps / then_count).where(then_count >= 2, usual)
    silence = (as_of - last) / MINUTE / own.clip(lower=1)
    back = (recent > 0) & (before == 0) & (orders > recent) & (lapsed * then < returning * DAY / MINUTE)
    fresh = as_of - first <= new * DAY
    rules = [orders == 0, silence > lapsed, silence > at_risk, back, fresh, half_year >= loyal]
    return pd.Series(np.select(rules, [0.0, 5.0, 4.0, 6.0, 1.0, 3.0], 2.0), index=orders.index)


def _journey(t: Sequence[pd.Series[float]], parameters: Sequence[float], as_of: int) -> pd.Series[float]:
    """Quiet 0, considering 1, evaluating 2, buying 3, after the purchase 4."""
    signs, shown, carted, ordered, gaps, gap_count = t
    usual, interest, often, buying, after = parameters
    own = (gaps / gap_count).where(gap_count >= 2, usual)
    since_cart, since_order = as_of - carted, as_of - ordered
    interested = (signs > 0) & (ordered.isna() | (shown > ordered))
    waiting = carted.notna() & (ordered.isna() | (carted > ordered))
    much = (signs >= often) | (waiting & (since_cart < interest * DAY))
    rules = [waiting & (since_cart <= buying * DAY), since_order <= after * own * MINUTE, interested & much, interested]
    return pd.Series(np.select(rules, [3.0, 4.0, 2.0, 1.0], 0.0), index=signs.index)


def _nearest(feature: Feature, made: Mapping[str, pd.Series[float]]) -> pd.Series[float]:
    """The place of the centre nearest in other features, these filled, standardised and held within three spreads."""
    fill, mean, spread, *centres = np.array(feature.parameters).reshape(-1, len(feature.inputs))
    habits = pd.DataFrame({name: made[name] for name in feature.inputs})
    scaled = ((habits.fillna(dict(zip(feature.inputs, fill, strict=True))) - mean) / spread).clip(-3, 3)
    away = pd.DataFrame({i: ((scaled - centre) ** 2).sum(axis=1) for i, centre in enumerate(centres)})
    return away.idxmin(axis=1).astype("float64")
