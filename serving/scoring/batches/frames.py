"""The scores of some customers as a frame: a row a customer, a column a figure, built from whole columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from itertools import chain
from operator import or_
from typing import Any, Final

import numpy as np
import polars as pl
import pyarrow as pa

from features.arrays import Floats, Ints
from features.units import DAY
from serving.scoring.model_scores import ENDS, ModelScores, NoScores
from serving.scoring.next_order import NextOrder
from serving.scoring.sheet import Sheet
from training.learners.model import Reason
from training.targets import PAIR, Target

_PROPENSITY: Final = pa.struct({"campaign_id": pa.large_string(), "probability": pa.float64()})
_REASON: Final = pa.struct(
    {
        "code": pa.large_string(),
        "value": pa.float64(),
        "usual": pa.float64(),
        "contribution": pa.float64(),
        "text": pa.large_string(),
    }
)


def frame_of(sheet: Sheet, build: str) -> pl.DataFrame:
    """Everything that a sheet tells, and of which ``build``, as a lake's version; what is unknown is null."""
    count, as_of = len(sheet.customers), sheet.as_of
    head = {
        "customer_id": pl.Series(sheet.customers, dtype=pl.String),
        "as_of": _same(as_of, count, pl.Datetime("us", "UTC")),
        "build": _same(build, count, pl.String),
        **{name: _floats(column) for name, column in sheet.headline.items()},
        "predicted_clv_fallback": pl.Series(sheet.fallback, dtype=pl.String),
        "expected_date_of_next_order": _dates(sheet.next_order.median, as_of),
        **_next_order(sheet.next_order, as_of),
        "horizon_days": _same(sheet.horizon // DAY, count, pl.Int64),
        "discount_rate": _same(sheet.discount, count, pl.Float64),
        "propensities": _propensities(sheet.propensities),
    }
    told = [_said(scores) for scores in sheet.models.values()]
    told += [_unsaid(missing, count) for missing in sheet.missing.values()]
    return pl.DataFrame(reduce(or_, told, head))


def values_of(frame: pl.DataFrame, target: Target) -> pl.DataFrame:
    """What the model of a target says in a frame, ``customer_id, value, campaign_id``, where it says anything."""
    campaign = pl.col(f"{target.name}_campaign_id") if target.entity == PAIR else pl.lit(None, pl.String)
    value = pl.col(f"{target.name}_{target.score_kind}")
    return frame.select("customer_id", value=value, campaign_id=campaign).drop_nulls("value")


def _said(scores: ModelScores) -> dict[str, pl.Series]:
    """One model's figures as columns named after it."""
    target, count, known = scores.model.target, len(scores.values), ~np.isnan(scores.values)
    percentiles = pl.Series(scores.percentiles, dtype=pl.Int64).set(pl.Series(~known), None)
    hundredths = pl.Series(np.rint(100 * np.where(known, scores.values, 0.0)), dtype=pl.Int64)
    ends = {} if scores.ends is None else dict(zip(ENDS, map(_floats, scores.ends.T), strict=True))
    columns = {
        "score": hundredths.set(pl.Series(~known), None) if target.score_kind == "probability" else percentiles,
        target.score_kind: _floats(scores.values),
        **ends,
        "percentile": percentiles,
        "no_score": pl.Series(scores.no_scores(), dtype=pl.String),
        "campaign_id": pl.Series(scores.campaigns or [None] * count, dtype=pl.String),
        "reasons": _reasons(scores.reasons),
        "version": _same(str(scores.model.version), count, pl.String),
    }
    return _named(target, columns)


def _unsaid(missing: NoScores, count: int) -> dict[str, pl.Series]:
    """The columns of a target of which no model says anything."""
    target = missing.target
    columns = {
        "score": _same(None, count, pl.Int64),
        target.score_kind: _same(None, count, pl.Float64),
        "percentile": _same(None, count, pl.Int64),
        "no_score": _same(missing.code, count, pl.String),
        "campaign_id": _same(None, count, pl.String),
        "reasons": _reasons([()] * count),
        "version": _same(None, count, pl.String),
    }
    return _named(target, columns)


def _named(target: Target, columns: Mapping[str, pl.Series]) -> dict[str, pl.Series]:
    """The columns of a target's model, after its name; the campaign only where it scores campaigns."""
    told = columns if target.entity == PAIR else {key: columns[key] for key in columns if key != "campaign_id"}
    return {f"{target.name}_{key}": column for key, column in told.items()}


def _next_order(next_order: NextOrder, as_of: int) -> dict[str, pl.Series]:
    return {
        "next_order_probability": _floats(next_order.probability),
        "next_order_low": _dates(next_order.low, as_of),
        "next_order_median": _dates(next_order.median, as_of),
        "next_order_high": _dates(next_order.high, as_of),
        "next_order_basis": _same(next_order.basis, len(next_order.median), pl.String),
    }


def _propensities(entries: Sequence[Mapping[str, float]]) -> pl.Series:
    campaigns, values = chain.from_iterable(entries), chain.from_iterable(each.values() for each in entries)
    return _lists(list(map(len, entries)), _PROPENSITY, [list(campaigns), list(values)])


def _reasons(reasons: Sequence[Sequence[Reason]]) -> pl.Series:
    flat = list(chain.from_iterable(reasons))
    columns = [[getattr(reason, field.name) for reason in flat] for field in _REASON]
    return _lists(list(map(len, reasons)), _REASON, columns)


def _lists(lengths: Sequence[int], type_: pa.StructType, columns: Iterable[Sequence[Any]]) -> pl.Series:
    """A column of lists of structs, from how long each list is and the values of all, one field after the other."""
    fields = list(type_)
    arrays = [pa.array(column, field.type, from_pandas=True) for column, field in zip(columns, fields, strict=True)]
    offsets = pa.array(np.cumsum([0, *lengths]), pa.int64())
    values = pa.StructArray.from_arrays(arrays, fields=fields)
    return pl.Series(pl.from_arrow(pa.LargeListArray.from_arrays(offsets, values)))


def _dates(days: Floats, as_of: int) -> pl.Series:
    """Days from a moment as dates; null where they are not finite."""
    finite = np.isfinite(days)
    moments: Ints = as_of + np.rint(np.where(finite, days, 0.0) * DAY).astype(np.int64)
    return pl.Series(moments // DAY).cast(pl.Date).set(pl.Series(~finite), None)


def _floats(values: Floats) -> pl.Series:
    return pl.Series(values, nan_to_null=True, dtype=pl.Float64)


def _same(value: float | str | None, count: int, type_: pl.DataType | type[pl.DataType]) -> pl.Series:
    """A column that says the same of everybody."""
    return pl.repeat(value, count, dtype=type_, eager=True)
