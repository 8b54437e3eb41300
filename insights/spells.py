"""When those who may be told of today were not to be told of: before they said yes, or while they said no."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from features.arrays import Ints, Mask
from features.privacy.gatekeeper import Gatekeeper
from insights.periods import Periods

NEVER: Final = pl.DataFrame(schema={"customer_id": pl.String, "out": pl.Int64, "back": pl.Int64})


def spells_out(keeper: Gatekeeper, days: Periods, *, as_of: int) -> pl.DataFrame:
    """``customer_id, out, back``: from which moment until before which one (µs) the gate ``insights`` was shut.

    It is of those whom it lets pass at ``as_of``, by what was known when each of the ``days`` ended: a yes of today
    opens no day of the past.
    """
    if not keeper.rules.purposes("insights"):
        return NEVER
    now = keeper.passes("insights", as_of=as_of)
    names = now.listed.filter("allowed")["customer_id"].sort()
    moments = np.array([*(end for end in days.ends.tolist() if end < as_of), as_of], dtype=np.int64)
    shut = np.zeros((len(moments) + 1, len(names)), dtype=np.bool_)  # the gate is open beyond the last moment
    for place, moment in enumerate(moments.tolist()):
        then = keeper.passes("insights", as_of=moment)
        beside = names.to_frame().join(then.listed, on="customer_id", how="left", maintain_order="left")
        shut[place] = ~beside["allowed"].fill_null(then.others).to_numpy()
    return _spells(names, moments, shut)


def _spells(names: pl.Series, moments: Ints, shut: Mask) -> pl.DataFrame:
    """The runs of moments, the first of them from the beginning of all time, at which each was shut out."""
    turned = np.diff(shut.astype(np.int8), axis=0, prepend=0).T
    who, out = np.nonzero(turned == 1)
    _, back = np.nonzero(turned == -1)
    from_ = np.where(out == 0, -(2**62), moments[out])
    until = np.append(moments, 2**62)[back]
    return pl.DataFrame({"customer_id": names.gather(who), "out": from_, "back": until}, schema=NEVER.schema)
