"""The columns of candidates as rules read them: one entry a candidate, and whether it is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

import numpy as np

from features.language.rules.evaluate import Cell, Read
from features.language.rules.typed import typed
from features.language.rules.types import Type
from serving.decisions.candidates.offers import Offer

_NOTHING: Final[Mapping[Type, object]] = {
    "number": np.nan, "text": "", "boolean": False, "list": frozenset(), "moment": 0, "duration": 0,
}  # fmt: skip
_ARRAYS: Final[Mapping[Type, Any]] = {"number": np.float64, "boolean": np.bool_, "moment": np.int64}


def candidate_cells(offers: Sequence[Offer], types: Mapping[str, Type], units: int) -> Read:
    """A function that gives the column of a name such as ``candidate.value``, amounts in units of the currency.

    >>> tea = Offer("tea", "offer", "Tea", None, None, None, 250, 10, frozenset(), assumed=False)
    >>> candidate_cells([tea], {"value": "number", "issue": "text"}, 100)("candidate.value")
    Cell(value=array([2.5]), known=array([ True]))
    """

    @cache
    def cell(name: str) -> Cell:
        column = name.partition(".")[2]
        values = [_value(offer, column, types[column], units) for offer in offers]
        known = np.array([value is not None for value in values], dtype=np.bool_)
        filled = [_NOTHING[types[column]] if value is None else value for value in values]
        if types[column] in _ARRAYS:
            return Cell(np.array(filled, dtype=_ARRAYS[types[column]]), known)
        array = np.empty(len(filled), dtype=object)
        array[:] = filled
        return Cell(array, known)

    return cell


def _value(offer: Offer, column: str, kind: Type, units: int) -> object:
    if column in {"value", "cost"}:
        return getattr(offer, column) / units
    value = getattr(offer, column) if column in Offer.__dataclass_fields__ else offer.more.get(column)
    return value if kind == "list" and not isinstance(value, str) else typed(value, kind)
