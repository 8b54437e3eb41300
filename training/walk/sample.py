"""The sample: which rows a training learns from where there are more than it has room for."""

from __future__ import annotations

from typing import Final

import polars as pl

_ORDER: Final = ("turn", "draw")  # how a row comes in among those of all moments, and among those of its own
_ROOM: Final = 2  # times as many rows are held before they are cut


class Sample:
    """At most so many rows (``as_of`` and others) of frames that hold their moments whole.

    Half of them are those of the newest moments. The other half comes from all others in turn: one of each moment, then
    a second of each, and so on. In which order the rows of a moment come is drawn by a hash of the row, so that equal
    rows give an equal sample, however they are divided into frames.

    >>> rows = pl.DataFrame({"customer_id": ["ann", "bob"] * 3, "as_of": [7, 7, 14, 14, 21, 21]})
    >>> sample = Sample(4, ("customer_id", "as_of"))
    >>> for moment in (21, 14, 7):
    ...     sample.add(rows.filter(pl.col("as_of") == moment))
    >>> sample.rows()["as_of"].to_list()
    [7, 14, 21, 21]
    """

    def __init__(self, most: int, key: tuple[str, ...]) -> None:
        self.most, self.found = most, 0
        self._key = key
        self._kept: list[pl.DataFrame] = []
        self._may_stay = pl.lit(value=True)  # of rows to come, as the last cut left it

    def add(self, rows: pl.DataFrame) -> None:
        """Draw among these rows and those so far."""
        self.found += rows.height
        drawn = rows.with_columns(draw=pl.struct(self._key).hash(seed=0))
        drawn = drawn.with_columns(turn=pl.col("draw").rank("ordinal").over("as_of"))
        self._kept.append(drawn.filter(self._may_stay))
        if sum(frame.height for frame in self._kept) > _ROOM * self.most:
            self._kept = [self._cut()]

    def _cut(self) -> pl.DataFrame:
        """Those drawn of all that came so far; who comes later and stands behind them cannot stay."""
        every, half = pl.concat(self._kept), self.most // 2
        if every.height <= self.most:
            return every
        by_moment = every.sort("as_of", *_ORDER, descending=[True, False, False])
        newest, others = by_moment.head(half), by_moment[half:].sort(_ORDER).head(self.most - half)
        since, turns = by_moment["as_of"][half - 1], others["turn"].max()
        self._may_stay = (pl.col("as_of") >= since) | (pl.col("turn") <= turns)
        return pl.concat([newest, others])

    def rows(self) -> pl.DataFrame:
        """Those drawn, by moment; some frame must have come."""
        return self._cut().drop(_ORDER).sort("as_of", *reversed(self._key))
