"""Two segments beside each other: what their customers differ in, and how many are in both."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

import numpy as np

from features.arrays import Floats, Mask
from features.config.settings import Settings
from features.language.rules.rule import Rule
from insights.intervals import Estimate, benjamini_hochberg, difference, mean, p_value, proportion
from insights.segments.columns.column import Column
from insights.segments.customers import Columns

LEAST: Final = 5  # customers: of fewer nothing is told
MOST: Final = 20  # words of a column whose shares are compared
_SPACES: Final = ("features", "scores", "traits", "consent", "journeys")
Row = dict[str, Any]


def compared(columns: Columns, one: Mask, other: Mask, *, without: Collection[str] = ()) -> list[Row]:
    """By how much means and shares differ between two groups, those that stand first, by their effect.

    ``without`` are names that are not compared. A difference ``stands`` after as many comparisons as were made
    (Benjamini–Hochberg). Who is in both counts on both sides; intervals take them for different customers, which makes
    them wider than need be.

    >>> import pyarrow as pa
    >>> spend = Column.of_numbers(np.array([9.0, 10, 11, 10, 10, 1, 2, 3, 2, 2]))
    >>> ten = Columns(pa.array([str(n) for n in range(10)]), {"features.spend": spend}, 0, "", "UTC")
    >>> (told,) = compared(ten, np.arange(10) < 5, np.arange(10) >= 5)
    >>> told["value"], told["other_value"], told["difference"], round(told["low"], 2), told["stands"]
    (10.0, 2.0, 8.0, 6.76, True)
    """
    names = [name for name in columns.columns if _is_compared(name, columns) and name not in without]
    rows = [row for name in sorted(names) for row in _of_column(name, columns.columns[name], one, other)]
    found = Estimate(*([row[name] for row in rows] for name in ("difference", "low", "high", "n")))
    many = benjamini_hochberg(p_value(found))
    told = [row | {"stands": bool(s), "compared": many.compared} for row, s in zip(rows, many.stands, strict=True)]
    return sorted(told, key=lambda row: (not row["stands"], -abs(row["effect"]), row["name"], str(row["word"])))


def sensitive_names(settings: Settings) -> set[str]:
    """The names of columns that are not compared, as they are of sensitive attributes."""
    return {f"{space}.{name}" for name in settings.privacy.sensitive for space in ("features", "traits")}


def shared(columns: Columns, name: str, rules: Mapping[str, Rule]) -> list[Row]:
    """Of a segment and each other one: how many are in both, and in that one."""
    own = columns.members(rules[name], rules)
    others = {each: columns.members(rule, rules) for each, rule in rules.items() if each != name}
    return [
        {"segment": each, "members": int(mask.sum()), "both": int((own & mask).sum())} for each, mask in others.items()
    ]


def _is_compared(name: str, columns: Columns) -> bool:
    """Whether it is of a space that is compared; what a feature tells as well as a trait is compared once."""
    space, _, own = name.partition(".")
    return space in _SPACES and not (space == "traits" and f"features.{own}" in columns.columns)


def _of_column(name: str, column: Column, one: Mask, other: Mask) -> Iterator[Row]:
    if column.kind == "number":
        yield from _told(name, [None], *_means(column, one, other))
    elif column.words is not None and len(column.words) <= MOST:
        told = _told(name, column.words, *_shares(column, one, other))
        yield from (row for row in told if row["word"] != "False")  # it says what the other does


def _means(column: Column, one: Mask, other: Mask) -> tuple[list[Estimate], Floats]:
    """The mean of each side, and the standard deviation of all."""
    value, known = column.cell(slice(None))
    own = [value[side & known] for side in (one, other)]
    everybody = np.concatenate(own)
    sides = [mean([side.sum()], [np.square(side).sum()], [len(side)]) for side in own]
    return sides, np.array([everybody.std() if len(everybody) else np.nan])


def _shares(column: Column, one: Mask, other: Mask) -> tuple[list[Estimate], Floats]:
    """The share of each word on each side among those of whom one is known, and its standard deviation in all."""
    size = len(column.words or ())
    counts = [np.bincount(column.values[side & (column.values >= 0)], minlength=size) for side in (one, other)]
    with np.errstate(divide="ignore", invalid="ignore"):
        sides = [proportion(own / own.sum(), np.full(size, own.sum())) for own in counts]
        share = sum(counts) / sum(own.sum() for own in counts)
    return sides, np.sqrt(share * (1 - share))


def _told(name: str, words: Collection[object], sides: list[Estimate], spread: Floats) -> Iterator[Row]:
    found = difference(*sides)
    for place, word in enumerate(words):
        figures, n, effect = found[place].numbers(), [int(side.n[place]) for side in sides], np.nan
        if spread[place] > 0:
            effect = figures[0] / spread[place]
        if min(n) >= LEAST and np.isfinite([*figures, effect]).all():
            yield {
                "name": name, "word": word if word is None else str(word),
                "value": float(sides[0].value[place]), "other_value": float(sides[1].value[place]),
                "difference": figures[0], "low": figures[1], "high": figures[2], "n": n[0], "other_n": n[1],
                "effect": float(effect),
            }  # fmt: skip
