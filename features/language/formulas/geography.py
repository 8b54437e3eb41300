"""Formulas of places: how far the last place lies from the usual one, and how much places spread."""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

import numpy as np

from features.events.columns import MULTIPLIERS
from features.language.formulas.arithmetic import NAN, Arithmetic, Number
from features.language.formulas.deviation import exists, standard_deviation

T = TypeVar("T")
DEGREE = MULTIPLIERS["latitude"]  # how much of a coordinate's integers is one degree
RADIAN = np.pi / 180  # a degree
KM_A_DEGREE = 6371.0088 * RADIAN  # on the mean sphere of the earth


class DistanceOperands(NamedTuple, Generic[T]):
    """The sums and the number of all coordinates, and the last place."""

    latitude_sum: T
    longitude_sum: T
    number: T
    latitude: T
    longitude: T


class ScatterOperands(NamedTuple, Generic[T]):
    """The sums of all coordinates and of their squares, and how many there are."""

    latitude_sum: T
    latitude_squares: T
    longitude_sum: T
    longitude_squares: T
    number: T


def distance(m: Arithmetic, operands: Number, _parameters: Number, _as_of: int) -> Number:
    """Kilometres from the mean place to the last, on the plane that touches the earth between them.

    The shorter way round is taken; the mean of longitudes does not know that they meet at 180 degrees.
    """
    o = DistanceOperands(*operands)
    has_places = (o.number > 0) & exists(o.latitude) & exists(o.longitude)
    unit = m.maximum(o.number, 1.0) * DEGREE
    north = m.where(has_places, o.latitude, 0.0) / DEGREE
    east = m.where(has_places, o.longitude, 0.0) / DEGREE
    mean_north = o.latitude_sum / unit
    across = (east - o.longitude_sum / unit + 180.0) % 360.0 - 180.0
    across = across * m.cos((mean_north + north) / 2.0 * RADIAN)
    along = north - mean_north
    return m.where(has_places, m.sqrt(along * along + across * across) * KM_A_DEGREE, NAN)


def scatter(m: Arithmetic, operands: Number, _parameters: Number, _as_of: int) -> Number:
    """Kilometres of standard deviation around the mean place, north and east together.

    Longitudes are not expected to meet at 180 degrees.
    """
    o = ScatterOperands(*operands)
    north = standard_deviation(m, o.latitude_sum, o.latitude_squares, o.number)
    east = standard_deviation(m, o.longitude_sum, o.longitude_squares, o.number)
    east = east * m.cos(o.latitude_sum / m.maximum(o.number, 1.0) / DEGREE * RADIAN)
    return m.sqrt(north * north + east * east) / DEGREE * KM_A_DEGREE
