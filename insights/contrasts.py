"""Two groups beside each other: by how much a metric differs between them, in each period."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import numpy as np

from insights.intervals import Estimate, benjamini_hochberg, difference, p_value

Cell = Mapping[str, Any]
ALL: Final = "all"  # periods together
_SHARED: Final = ("metric", "dimension", "period", "start", "end")


def contrasts(cells: Sequence[Cell], groups: tuple[str, str], cohorts: Collection[str] = ()) -> list[dict[str, Any]]:
    """What the first of two groups has beyond the second, by metric and period, with its interval (MOVER).

    Of metrics of ``cohorts``, each of whose customers is in one period alone, the mean over all periods is told too:
    of customers who came at the same time and are of one age.

    ``stands`` after as many comparisons as were made (Benjamini–Hochberg). Where either figure is not known, suppressed
    or of an open period, nothing is compared.

    >>> about = {"metric": "basket", "dimension": "channel", "period": "2024-01", "start": 0, "end": 9, "open": False}
    >>> web = {**about, "group": "web", "value": 5.0, "low": 4.0, "high": 6.0, "n": 90}
    >>> shop = {**about, "group": "shop", "value": 2.0, "low": 1.0, "high": 3.0, "n": 60}
    >>> (told,) = contrasts([shop, web], ("web", "shop"))
    >>> told["difference"], round(told["low"], 2), round(told["high"], 2), told["stands"], told["compared"]
    (3.0, 1.59, 4.41, True, 1)
    """
    pairs: dict[tuple[Any, ...], dict[str, Cell]] = {}
    for cell in cells:
        if cell["group"] in groups:
            pairs.setdefault(tuple(cell[name] for name in _SHARED), {})[cell["group"]] = cell
    sides = [[pair.get(group, {}) for pair in pairs.values()] for group in groups]
    found = difference(*map(_estimate, sides))
    many = benjamini_hochberg(p_value(found))
    told = [
        dict(zip(_SHARED, shared, strict=True)) | {
            "group": groups[0], "other": groups[1], "value": one.get("value"), "other_value": other.get("value"),
            "difference": _known(value), "low": _known(low), "high": _known(high), "stands": bool(stands),
            "compared": many.compared,
        }
        for shared, one, other, value, low, high, stands in zip(
            pairs, *sides, found.value, found.low, found.high, many.stands, strict=True
        )
    ]  # fmt: skip
    return told + [_over_all(own) for name in sorted(cohorts) if (own := _known_of(told, name))]


def _known_of(rows: Sequence[Cell], metric: str) -> list[Cell]:
    return [row for row in rows if row["metric"] == metric and row["low"] is not None and row["high"] is not None]


def _over_all(rows: Sequence[Cell]) -> dict[str, Any]:
    """The mean of differences of different customers, each as much worth as it is sure."""
    value, low, high = (np.array([row[name] for row in rows]) for name in ("difference", "low", "high"))
    error = np.maximum((high - low) / 2, 1e-12)
    weights = error**-2 / (error**-2).sum()
    mean, half = float(weights @ value), float(np.sqrt(weights**2 @ error**2))
    ends = {"start": min(row["start"] for row in rows), "end": max(row["end"] for row in rows)}
    both = {name: float(weights @ [row[name] for row in rows]) for name in ("value", "other_value")}
    found = {"difference": mean, "low": mean - half, "high": mean + half, "stands": abs(mean) > half, "compared": 1}
    return {**rows[0], "period": ALL, **ends, **both, **found}


def _estimate(cells: Sequence[Cell]) -> Estimate:
    told = [{} if cell.get("open", True) else cell for cell in cells]
    return Estimate(*([_number(cell.get(name)) for cell in told] for name in ("value", "low", "high", "n")))


def _number(value: float | None) -> float:
    return np.nan if value is None else value


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
