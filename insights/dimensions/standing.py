"""Where customers stand when a period ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl

from features.arrays import Ints


@dataclass(frozen=True)
class Standing:
    """The ``group`` of each ``customer_id`` at some ``moments`` (µs, in order), by the place of the ``moment``.

    >>> groups = pl.DataFrame({"moment": [0, 1], "customer_id": ["ann", "ann"], "group": ["new", "loyal"]})
    >>> Standing(np.array([10, 20]), groups).at(np.array([9, 10, 19, 25]), pl.Series(["ann"] * 4)).to_list()
    [None, 'new', 'new', 'loyal']
    """

    moments: Ints
    groups: pl.DataFrame

    @classmethod
    def of(cls, rows: pl.DataFrame) -> Self:
        """From ``as_of, customer_id, group``."""
        moments = rows["as_of"].unique().sort()
        places = pl.DataFrame({"as_of": moments, "moment": np.arange(len(moments))})
        groups = rows.drop_nulls().join(places, on="as_of").select("moment", "customer_id", "group")
        return cls(moments.to_numpy().astype(np.int64), groups)

    def at(self, time: Ints, customer: pl.Series) -> pl.Series:
        """The group of each customer at the last of the moments by a time (µs); null where none is known."""
        place = self.moments.searchsorted(time, side="right") - 1
        asked = pl.DataFrame({"moment": place, "customer_id": customer})
        return asked.join(self.groups, on=["moment", "customer_id"], how="left", maintain_order="left")["group"]
