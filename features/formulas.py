"""How integers become features: the one set of formulas that both evaluators finish with."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from features.columns import SCALES
from features.language import Formula
from features.units import DAY, MINUTE

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
NEVER = np.iinfo(np.int64).min  # the latest time of nothing
UNBORN = np.iinfo(np.int64).max  # the earliest time of nothing
STAGES = ("prospect", "new", "active", "loyal", "at risk", "lapsed", "returning")
ROAD = ("quiet", "considering", "evaluating", "buying", "after the purchase")
KM_A_DEGREE = 6371.0088 * np.pi / 180  # on the mean sphere of the earth


def evaluate(formula: Formula, operands: Ints, parameters: Floats, *, as_of: int) -> Floats:
    """A formula of its terms, a row each, of any shape; ``parameters`` were fitted, a row each too.

    >>> evaluate("ratio", np.array([[6, 1], [4, 0]]), np.empty((0, 2)), as_of=0)
    array([1.5, nan])
    """
    return _FORMULAS[formula](operands, parameters, as_of)


def band(values: Floats, cuts: Floats) -> Floats:
    """Which band of the fitted cuts each value falls into, from 1; undefined stays undefined.

    >>> band(np.array([0.5, 1.0, 9.0, np.nan]), np.array([1.0, 2.0]))
    array([ 1.,  2.,  3., nan])
    """
    return cuts.searchsorted(values, side="right") + 1.0 + (values - values)  # which is undefined where they are


def nearest(values: Floats, parameters: Floats) -> Floats:
    """The place of the nearest centre of each row; a value that is undefined takes its column's fill.

    ``parameters`` has a column per value and rows of fill, mean, spread, then the centres in units of the spread.
    Values further than three spreads from the mean count as three.

    >>> one = np.array([[0.0], [10.0], [5.0], [-1.0], [1.0]])
    >>> nearest(np.array([[4.0], [14.0], [np.nan]]), one)
    array([0., 1., 0.])
    """
    fill, mean, spread, centres = parameters[0], parameters[1], parameters[2], parameters[3:]
    scaled = ((np.where(np.isnan(values), fill, values) - mean) / spread).clip(-3.0, 3.0)
    distances = np.square(scaled[:, None, :] - centres).sum(axis=2)
    places: Floats = distances.argmin(axis=1).astype(np.float64)
    return places


def _over(dividend: Ints | Floats, divisor: Ints | int, known: npt.NDArray[np.bool_]) -> Floats:
    out = np.full(dividend.shape, np.nan)
    np.divide(dividend, divisor, out=out, where=known)
    return out


def _held(values: Ints) -> npt.NDArray[np.bool_]:
    held: npt.NDArray[np.bool_] = (values != NEVER) & (values != UNBORN)
    return held


def _amount(operands: Ints, _parameters: Floats, _as_of: int) -> Floats:
    (value,) = operands
    amounts: Floats = np.where(_held(value), value, np.nan)
    return amounts


def _ratio(operands: Ints, _parameters: Floats, _as_of: int) -> Floats:
    over, under = operands
    return _over(over, under, under != 0)


def _change(operands: Ints, _parameters: Floats, _as_of: int) -> Floats:
    now, then = operands
    return _over(now, then, _held(now) & _held(then) & (then != 0))


def _since(operands: Ints, _parameters: Floats, as_of: int) -> Floats:
    (time,) = operands
    known = _held(time)
    return _over(as_of - np.where(known, time, 0), DAY, known)


def _until(operands: Ints, parameters: Floats, as_of: int) -> Floats:
    return -_since(operands, parameters, as_of)


def _deviation(operands: Ints, _parameters: Floats, _as_of: int) -> Floats:
    total, squares, count = operands
    return _spread(total, squares, count)


def _spread(total: Ints, squares: Ints, count: Ints) -> Floats:
    """The sample standard deviation; of fewer than two undefined."""
    n = np.maximum(count, 2)
    mean: Floats = total / n
    variance: Floats = np.maximum(squares - mean * total, 0.0) / (n - 1)
    deviation: Floats = np.where(count >= 2, np.sqrt(variance), np.nan)
    return deviation


def _rhythm(operands: Ints, _parameters: Floats, as_of: int) -> Floats:
    last, gaps, count = operands
    minutes: Floats = (as_of - np.where(last == NEVER, as_of, last)) / MINUTE
    return _over(minutes * count, gaps, gaps > 0)


def _distance(operands: Ints, _parameters: Floats, _as_of: int) -> Floats:
    """Kilometres, on the plane that touches the earth between the two; longitudes meet at 180 degrees."""
    latitudes, longitudes, count, latitude, longitude = operands
    known = (count > 0) & _held(latitude) & _held(longitude)
    number, unit = np.where(known, count, 1), SCALES["latitude"]
    usual, east = latitudes / number / unit, longitudes / number / unit
    north = np.where(known, latitude, 0) / unit
    across = (np.where(known, longitude, 0) / unit - east + 180) % 360 - 180
    across = across * np.cos(np.radians((usual + north) / 2))
    return np.where(known, np.sqrt(np.square(north - usual) + np.square(across)) * KM_A_DEGREE, np.nan)


def _scatter(operands: Ints, _parameters: Floats, _as_of: int) -> Floats:
    """Kilometres, north and east taken together; longitudes are not expected to meet at 180 degrees."""
    latitudes, northings, longitudes, eastings, count = operands
    north, east = _spread(latitudes, northings, count), _spread(longitudes, eastings, count)
    east = east * np.cos(np.radians(latitudes / np.maximum(count, 1) / SCALES["latitude"]))
    spread: Floats = np.sqrt(np.square(north) + np.square(east)) / SCALES["latitude"] * KM_A_DEGREE
    return spread


def _greatest(operands: Ints, _parameters: Floats, _as_of: int) -> Floats:
    return np.where(np.max(operands, axis=0) > 0, np.argmax(operands, axis=0), np.nan)


def _least(operands: Ints, _parameters: Floats, _as_of: int) -> Floats:
    return np.where(np.min(operands, axis=0) < UNBORN, np.argmin(operands, axis=0), np.nan)


def _stage(operands: Ints, parameters: Floats, as_of: int) -> Floats:
    """The lifecycle stage, by the customer's own rhythm: the mean gap between orders (the usual one before two).

    Silent for more than ``lapsed`` gaps: lapsed; for more than ``at_risk``: at risk. Back within ``new`` days after
    ``returning`` days of silence that were more than ``lapsed`` gaps: returning. First order within ``new`` days: new.
    At least ``loyal`` orders in 180 days: loyal. Otherwise active; without an order, a prospect.
    """
    orders, first, last, gaps, gap_count, recent, before, then_gaps, then_count, half_year = operands
    usual, at_risk, lapsed, loyal, new, returning = parameters
    own, then = _own(gaps, gap_count, usual), _own(then_gaps, then_count, usual)  # then: before they came back
    silence = (as_of - np.where(orders > 0, last, as_of)) / MINUTE / np.maximum(own, 1.0)
    back = (recent > 0) & (before == 0) & (orders > recent) & (lapsed * then < returning * DAY / MINUTE)
    fresh = as_of - np.where(orders > 0, first, as_of) <= new * DAY
    out = np.where(half_year >= loyal, STAGES.index("loyal"), STAGES.index("active"))
    told = (("new", fresh), ("returning", back), ("at risk", silence > at_risk), ("lapsed", silence > lapsed))
    for stage, condition in (*told, ("prospect", orders == 0)):  # each goes before those above it
        out = np.where(condition, STAGES.index(stage), out)
    return out.astype(np.float64)


def _journey(operands: Ints, parameters: Floats, as_of: int) -> Floats:
    """The stage on the road to the next order, from interest shown after the last one.

    A cart within ``buying`` days: buying. The last order at most ``after`` of the customer's own gap ago: after the
    purchase. Interest in the last ``interest`` days, with ``often`` signs of it or a cart: evaluating; with fewer:
    considering. Otherwise quiet.
    """
    signs, shown, carted, ordered, gaps, gap_count = operands
    usual, interest, often, buying, after = parameters
    since_cart, since_order = _ago(carted, as_of), _ago(ordered, as_of)
    interested, waiting = (signs > 0) & (shown > ordered), carted > ordered
    told = (
        ("considering", interested),
        ("evaluating", interested & ((signs >= often) | (waiting & (since_cart < interest * DAY)))),
        ("after the purchase", since_order <= after * _own(gaps, gap_count, usual) * MINUTE),
        ("buying", waiting & (since_cart <= buying * DAY)),
    )
    out = np.full(signs.shape, float(ROAD.index("quiet")))
    for stage, condition in told:  # each goes before those above it
        out = np.where(condition, ROAD.index(stage), out)
    return out


def _own(gaps: Ints, count: Ints, usual: Floats) -> Floats:
    """Minutes between a customer's own orders: their mean, or the usual before there are two gaps."""
    own: Floats = np.where(count >= 2, gaps / np.maximum(count, 1), usual)
    return own


def _ago(time: Ints, as_of: int) -> Floats:
    """How long before ``as_of`` a time lies, in µs; never is infinitely long ago."""
    held = _held(time)
    return np.where(held, as_of - np.where(held, time, as_of), np.inf)


_FORMULAS: dict[Formula, Callable[[Ints, Floats, int], Floats]] = {
    "amount": _amount,
    "ratio": _ratio,
    "change": _change,
    "since": _since,
    "until": _until,
    "deviation": _deviation,
    "rhythm": _rhythm,
    "distance": _distance,
    "scatter": _scatter,
    "greatest": _greatest,
    "least": _least,
    "stage": _stage,
    "journey": _journey,
}
