"""What all customers allow at a moment, a column a purpose."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from features.arrays import Mask
from features.privacy.gatekeeper import Gatekeeper, Pass
from insights.segments.columns.column import Column


def consent_columns(keeper: Gatekeeper, ids: pl.Series, *, as_of: int) -> Iterator[tuple[str, Column]]:
    """By name the column of each purpose: whether it is allowed."""
    for name in keeper.rules.settings.purposes:
        allowed = passing(keeper.allows(name, as_of=as_of), ids)
        yield f"consent.{name}", Column.of_codes(allowed.astype(np.int8), (False, True), "boolean")


def passing(gate: Pass, ids: pl.Series) -> Mask:
    """``[customer]``: whether each passes."""
    passed = gate.over(pl.LazyFrame({"customer_id": ids})).collect()["customer_id"]
    return ids.is_in(passed.implode()).to_numpy()
