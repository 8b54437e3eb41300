"""Each formula once more, over one array a term in which what is missing is NaN: for the floor and for pandas.

Of the product it takes only the names: what each means is spelled out again, so that equal results are evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from features.arrays import Floats
from features.language.feature import Feature
from features.language.terms import Term
from features.units import DAY, MINUTE

KM_A_DEGREE = 6371.0088 * np.pi / 180
Terms = Sequence[Floats]
Numbers = Sequence[float]


@np.errstate(divide="ignore", invalid="ignore")
def finish(
    features: Sequence[Feature], terms: Mapping[Term, Floats], codes: Mapping[str, Floats], *, as_of: int
) -> dict[str, Floats]:
    """The features by name, from their terms; ``codes`` are those that are attributes."""
    values = dict(codes)
    for feature in features:
        if feature.inputs:
            values[feature.name] = _nearest(feature, values)
        elif feature.formula != "attribute":
            values[feature.name] = _finish(feature, [terms[term] for term in feature.terms], as_of)
    return {feature.name: values[feature.name] for feature in features}


def _finish(feature: Feature, terms: Terms, as_of: int) -> Floats:
    value = _FORMULAS[feature.formula](terms, feature.parameters, as_of)
    if feature.scale != 1:
        value = value / feature.scale
    if feature.cuts:
        value = np.where(np.isnan(value), np.nan, np.searchsorted(feature.cuts, value, side="right") + 1.0)
    return value


def _amount(t: Terms, _parameters: Numbers, _as_of: int) -> Floats:
    return t[0]


def _ratio(t: Terms, _parameters: Numbers, _as_of: int) -> Floats:
    return np.where(t[1] != 0, t[0] / t[1], np.nan)


def _since(t: Terms, _parameters: Numbers, as_of: int) -> Floats:
    return (as_of - t[0]) / DAY


def _until(t: Terms, _parameters: Numbers, as_of: int) -> Floats:
    return (t[0] - as_of) / DAY


def _deviation(t: Terms, _parameters: Numbers, _as_of: int) -> Floats:
    total, squares, count = t
    variance = (squares - total / count * total) / (count - 1)
    return np.where(count >= 2, np.sqrt(np.maximum(variance, 0)), np.nan)


def _wide_deviation(t: Terms, parameters: Numbers, as_of: int) -> Floats:
    total, high, low, count = t  # the squares in parts of 2^40, and the rest
    return _deviation((total, high * 2.0**40 + low, count), parameters, as_of)


def _rhythm(t: Terms, _parameters: Numbers, as_of: int) -> Floats:
    last, gaps, count = t
    return np.where(gaps > 0, (as_of - last) / MINUTE * count / gaps, np.nan)


def _distance(t: Terms, _parameters: Numbers, _as_of: int) -> Floats:
    north, east, here, there = t[0] / t[2] / 10_000, t[1] / t[2] / 10_000, t[3] / 10_000, t[4] / 10_000
    across = ((there - east + 180) % 360 - 180) * np.cos(np.radians((here + north) / 2))
    return np.hypot(here - north, across) * KM_A_DEGREE


def _scatter(t: Terms, _parameters: Numbers, as_of: int) -> Floats:
    latitudes, northings, longitudes, eastings, count = t
    north = _deviation((latitudes, northings, count), (), as_of)
    east = _deviation((longitudes, eastings, count), (), as_of)
    return np.hypot(north, east * np.cos(np.radians(latitudes / count / 10_000))) / 10_000 * KM_A_DEGREE


def _greatest(t: Terms, _parameters: Numbers, _as_of: int) -> Floats:
    values = np.nan_to_num(np.stack(t))
    return np.where(values.max(axis=0) > 0, values.argmax(axis=0), np.nan)


def _least(t: Terms, _parameters: Numbers, _as_of: int) -> Floats:
    values = np.nan_to_num(np.stack(t), nan=np.inf)
    return np.where(values.min(axis=0) < np.inf, values.argmin(axis=0), np.nan)


def _stage(t: Terms, parameters: Numbers, as_of: int) -> Floats:
    """Prospect 0, new 1, active 2, loyal 3, at risk 4, lapsed 5, returning 6."""
    orders, first, last, gaps, gap_count, recent, before, then_gaps, then_count, half_year = t
    usual, at_risk, lapsed, loyal, new, returning = parameters
    own, then = (
        np.where(gap_count >= 2, gaps / gap_count, usual),
        np.where(then_count >= 2, then_gaps / then_count, usual),
    )
    silence = (as_of - last) / MINUTE / np.maximum(own, 1)
    back = (recent > 0) & (before == 0) & (orders > recent) & (lapsed * then < returning * DAY / MINUTE)
    fresh = as_of - first <= new * DAY
    rules = [orders == 0, silence > lapsed, silence > at_risk, back, fresh, half_year >= loyal]
    return np.select(rules, [0.0, 5.0, 4.0, 6.0, 1.0, 3.0], 2.0)


def _journey(t: Terms, parameters: Numbers, as_of: int) -> Floats:
    """Quiet 0, considering 1, evaluating 2, buying 3, after the purchase 4."""
    signs, last_view, last_cart, last_order, gaps, gap_count = t
    usual, interest, often, buying, after = parameters
    own = np.where(gap_count >= 2, gaps / gap_count, usual)
    since_cart, since_order = as_of - last_cart, as_of - last_order
    interested = (signs > 0) & (np.isnan(last_order) | (last_view > last_order))
    waiting = ~np.isnan(last_cart) & (np.isnan(last_order) | (last_cart > last_order))
    much = (signs >= often) | (waiting & (since_cart < interest * DAY))
    rules = [waiting & (since_cart <= buying * DAY), since_order <= after * own * MINUTE, interested & much, interested]
    return np.select(rules, [3.0, 4.0, 2.0, 1.0], 0.0)


def _nearest(feature: Feature, values: Mapping[str, Floats]) -> Floats:
    """The place of the centre nearest in other features, these filled, standardised and held within three spreads."""
    fill, mean, spread, *centres = np.array(feature.parameters).reshape(-1, len(feature.inputs), 1)
    habits = np.stack([values[name] for name in feature.inputs])
    scaled = ((np.where(np.isnan(habits), fill, habits) - mean) / spread).clip(-3, 3)
    away = np.stack([((scaled - centre) ** 2).sum(axis=0) for centre in centres])
    places: Floats = away.argmin(axis=0).astype(np.float64)
    return places


_FORMULAS: Mapping[str, Callable[[Terms, Numbers, int], Floats]] = {
    "amount": _amount, "ratio": _ratio, "change": _ratio, "since": _since, "until": _until, "deviation": _deviation,
    "wide_deviation": _wide_deviation,
    "rhythm": _rhythm, "distance": _distance, "scatter": _scatter, "greatest": _greatest, "least": _least,
    "stage": _stage, "journey": _journey,
}  # fmt: skip
