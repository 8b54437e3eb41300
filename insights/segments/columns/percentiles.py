"""Where customers rank in a number among all of whom it is known, by tables that are fitted with the columns."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from features.arrays import Floats
from features.language.rules.evaluate import Cell
from insights.segments.columns.column import Column

STEPS: Final = 1_000  # of a table: a percentile is told in tenths
PERCENTS: Final = np.arange(STEPS + 1) / (STEPS / 100)  # all that a percentile can be
PERCENTILES: Final = "percentiles."
RANKED: Final = ("features", "scores")  # what has percentiles


@dataclass(frozen=True)
class Ranked:
    """A column of numbers as percentiles of a table; where it is empty, of nobody any is known."""

    column: Column
    table: Floats

    def cell(self, rows: slice) -> Cell:
        """The percentile of each of some customers whose number is known."""
        value, known = self.column.cell(rows)
        return Cell(percentile(self.table, value), known if len(self.table) else np.zeros_like(known))


def table_of(values: Floats) -> Floats:
    """For each step the greatest number that is still below it: beyond that, at least so many are lower.

    NaN is nobody's number. Of who has one of the ten highest numbers of a hundred, nine tenths at least have less.

    >>> table = table_of(np.arange(100.0))
    >>> float(percentile(table, np.float64(89))), float(percentile(table, np.float64(90)))
    (89.0, 90.0)
    >>> percentile(table_of(np.array([0.0, 0, 0, 5])), np.array([0.0, 5])).tolist()  # equal numbers rank alike
    [0.0, 75.0]
    """
    known = np.sort(values[~np.isnan(values)])
    below = -(-np.arange(1, STEPS + 1) * len(known) // STEPS)  # how many must be lower, rounded up
    return known[below - 1].astype(np.float64) if len(known) else np.empty(0)


def percentile(table: Floats, value: Floats) -> Floats:
    """What share of the customers, in percent, has less than a value; in tenths, rounded down."""
    found: Floats = table.searchsorted(value, side="left") / (STEPS / 100)
    return found


def ranked(name: str, sources: Mapping[str, Any], tables: Mapping[str, Floats]) -> Ranked:
    """The percentiles of the column that a name ranks."""
    whole = ranked_name(name, tables)
    return Ranked(sources[whole], tables.get(whole, np.empty(0)))


class Fitted(Mapping[str, Floats]):
    """The table of each column of numbers that may be ranked, fitted when it is first asked for."""

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self.columns, self._tables = columns, dict[str, Floats]()

    def __getitem__(self, name: str) -> Floats:
        if name not in self._tables:
            self._tables[name] = table_of(self.columns[name].cell(slice(None)).value)
        return self._tables[name]

    def __iter__(self) -> Iterator[str]:
        ranked = (name for name in self.columns if name.partition(".")[0] in RANKED)
        return (name for name in ranked if self.columns[name].kind == "number")

    def __len__(self) -> int:
        return sum(1 for _ in self)


def ranked_name(name: str, known: Container[str]) -> str:
    """What ``percentiles.name`` ranks: the feature of that name, or else the score.

    >>> ranked_name("percentiles.lapse", {"scores.lapse"}), ranked_name("percentiles.spend_90d", {"features.spend_90d"})
    ('scores.lapse', 'features.spend_90d')
    """
    wholes = [f"{space}.{name.removeprefix(PERCENTILES)}" for space in RANKED]
    return next((whole for whole in wholes if whole in known), wholes[0])
