"""How integers become features: the one set of formulas that both evaluators finish with."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from features.arrays import Floats
from features.events.columns import SCALES
from features.language.arithmetic import ARRAYS, NAN, SINGLE, Maths, Number
from features.language.feature import Formula
from features.units import DAY, MINUTE

NEVER = np.iinfo(np.int64).min  # the latest time of nothing
UNBORN = np.iinfo(np.int64).max  # the earliest time of nothing
STAGES = ("prospect", "new", "active", "loyal", "at risk", "lapsed", "returning")
ROAD = ("quiet", "considering", "evaluating", "buying", "after the purchase")
RADIAN = np.pi / 180  # a degree
KM_A_DEGREE = 6371.0088 * RADIAN  # on the mean sphere of the earth
_NEVER, _UNBORN = float(NEVER), float(UNBORN)  # as operands have them


def evaluate(formula: Formula, operands: Floats, parameters: Floats, *, as_of: int) -> Floats:
    """A formula of its terms, a row each, of any shape; ``parameters`` were fitted, a row each too.

    >>> evaluate("ratio", np.array([[6.0, 1.0], [4.0, 0.0]]), np.empty((0, 2)), as_of=0)
    array([1.5, nan])
    """
    values: Floats = _FORMULAS[formula](ARRAYS, operands, parameters, as_of)
    return values


def evaluate_one(formula: Formula, operands: Sequence[float], parameters: Sequence[float], *, as_of: int) -> float:
    """The same for one customer, from plain numbers.

    >>> evaluate_one("ratio", [6.0, 4.0], [], as_of=0)
    1.5
    """
    return float(_FORMULAS[formula](SINGLE, operands, parameters, as_of))


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


def _held(value: Number) -> Number:
    return (value != _NEVER) & (value != _UNBORN)


def _amount(m: Maths, operands: Number, _parameters: Number, _as_of: int) -> Number:
    (value,) = operands
    return m.where(_held(value), value, NAN)


def _ratio(m: Maths, operands: Number, _parameters: Number, _as_of: int) -> Number:
    over, under = operands
    return m.over(over, under, under != 0)


def _change(m: Maths, operands: Number, _parameters: Number, _as_of: int) -> Number:
    now, then = operands
    return m.over(now, then, _held(now) & _held(then) & (then != 0))


def _since(m: Maths, operands: Number, _parameters: Number, as_of: int) -> Number:
    (time,) = operands
    return m.where(_held(time), (as_of - time) / DAY, NAN)


def _until(m: Maths, operands: Number, parameters: Number, as_of: int) -> Number:
    return -_since(m, operands, parameters, as_of)


def _deviation(m: Maths, operands: Number, _parameters: Number, _as_of: int) -> Number:
    total, squares, count = operands
    return _spread(m, total, squares, count)


def _spread(m: Maths, total: Number, squares: Number, count: Number) -> Number:
    """The sample standard deviation; of fewer than two undefined."""
    n = m.maximum(count, 2.0)
    variance = m.maximum(squares - total / n * total, 0.0) / (n - 1.0)
    return m.where(count >= 2, m.sqrt(variance), NAN)


def _rhythm(m: Maths, operands: Number, _parameters: Number, as_of: int) -> Number:
    last, gaps, count = operands
    return m.over((as_of - last) / MINUTE * count, gaps, gaps > 0)


def _distance(m: Maths, operands: Number, _parameters: Number, _as_of: int) -> Number:
    """Kilometres, on the plane that touches the earth between the two, the shorter way round.

    The mean of longitudes does not know that they meet at 180 degrees.
    """
    latitudes, longitudes, count, latitude, longitude = operands
    known = (count > 0) & _held(latitude) & _held(longitude)
    unit = m.maximum(count, 1.0) * SCALES["latitude"]
    north, east = (
        m.where(known, latitude, 0.0) / SCALES["latitude"],
        m.where(known, longitude, 0.0) / SCALES["longitude"],
    )
    usual = latitudes / unit
    across = (east - longitudes / unit + 180.0) % 360.0 - 180.0
    across = across * m.cos((usual + north) / 2.0 * RADIAN)
    return m.where(known, m.sqrt((north - usual) * (north - usual) + across * across) * KM_A_DEGREE, NAN)


def _scatter(m: Maths, operands: Number, _parameters: Number, _as_of: int) -> Number:
    """Kilometres, north and east taken together; longitudes are not expected to meet at 180 degrees."""
    latitudes, northings, longitudes, eastings, count = operands
    north, east = _spread(m, latitudes, northings, count), _spread(m, longitudes, eastings, count)
    east = east * m.cos(latitudes / m.maximum(count, 1.0) / SCALES["latitude"] * RADIAN)
    return m.sqrt(north * north + east * east) / SCALES["latitude"] * KM_A_DEGREE


def _greatest(m: Maths, operands: Number, _parameters: Number, _as_of: int) -> Number:
    place = m.argmax(operands)
    return m.where(_some(operands, lambda value: _held(value) & (value != 0)), place, NAN)


def _least(m: Maths, operands: Number, _parameters: Number, _as_of: int) -> Number:
    place = m.argmin(operands)
    return m.where(_some(operands, _held), place, NAN)


def _some(operands: Number, test: Callable[[Number], Number]) -> Number:
    """Whether any operand passes."""
    passed = test(operands[0])
    for operand in operands[1:]:
        passed = passed | test(operand)
    return passed


def _stage(m: Maths, operands: Number, parameters: Number, as_of: int) -> Number:
    """The lifecycle stage, by the customer's own rhythm: the mean gap between orders (the usual one before two).

    Silent for more than ``lapsed`` gaps: lapsed; for more than ``at_risk``: at risk. Back within ``new`` days after
    ``returning`` days of silence that were more than ``lapsed`` gaps: returning. First order within ``new`` days: new.
    At least ``loyal`` orders in 180 days: loyal. Otherwise active; without an order, a prospect.
    """
    orders, first, last, gaps, gap_count, recent, before, then_gaps, then_count, half_year = operands
    usual, at_risk, lapsed, loyal, new, returning = parameters
    own, then = _own(m, gaps, gap_count, usual), _own(m, then_gaps, then_count, usual)  # then: before they came back
    silence = (as_of - last) / MINUTE / m.maximum(own, 1.0)
    back = (recent > 0) & (before == 0) & (orders > recent) & (lapsed * then < returning * DAY / MINUTE)
    out = m.where(half_year >= loyal, float(STAGES.index("loyal")), float(STAGES.index("active")))
    told = (
        ("new", as_of - first <= new * DAY),
        ("returning", back),
        ("at risk", silence > at_risk),
        ("lapsed", silence > lapsed),
        ("prospect", orders == 0),
    )
    return _last_told(m, out, told, STAGES)


def _journey(m: Maths, operands: Number, parameters: Number, as_of: int) -> Number:
    """The stage on the road to the next order, from interest shown after the last one.

    A cart after the last order, within ``buying`` days: buying. The last order at most ``after`` of the customer's own
    gap ago: after the purchase. Interest in the last ``interest`` days, with ``often`` signs of it or a cart:
    evaluating; with fewer: considering. Otherwise quiet.
    """
    signs, shown, carted, ordered, gaps, gap_count = operands
    usual, interest, often, buying, after = parameters
    interested, waiting = (signs > 0) & (shown > ordered), carted > ordered
    own, since_cart = _own(m, gaps, gap_count, usual), as_of - carted
    told = (
        ("considering", interested),
        ("evaluating", interested & ((signs >= often) | (waiting & (since_cart < interest * DAY)))),
        ("after the purchase", as_of - ordered <= after * own * MINUTE),
        ("buying", waiting & (since_cart <= buying * DAY)),
    )
    return _last_told(m, signs * 0.0 + ROAD.index("quiet"), told, ROAD)


def _last_told(m: Maths, out: Number, told: Sequence[tuple[str, Number]], words: Sequence[str]) -> Number:
    """The place of the last stage whose condition holds; without any, ``out``."""
    for stage, condition in told:
        out = m.where(condition, float(words.index(stage)), out)
    return out


def _own(m: Maths, gaps: Number, count: Number, usual: Number) -> Number:
    """Minutes between a customer's own orders: their mean, or the usual before there are two gaps."""
    return m.where(count >= 2, gaps / m.maximum(count, 1.0), usual)


_FORMULAS: dict[Formula, Callable[[Maths, Number, Number, int], Number]] = {
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
