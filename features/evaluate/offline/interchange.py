"""Columns of users' frames as the evaluator reads them: text and 64-bit integers, whatever the engine."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Literal, cast

import narwhals as nw
import polars as pl

from features.errors import StamkundError
from features.evaluate.offline.native_frames import LazyFrame, lazy_columns, narwhals_frame
from features.events.columns import scaled

ColumnKind = Literal["text", "integer", "decimal", "time", "value"]
_EXPECTED: Mapping[ColumnKind, str] = {
    "text": "text",
    "integer": "64-bit integers (amounts in minor units, such as cents)",
    "decimal": "numbers",
    "time": "timestamps, or 64-bit integers (µs since 1970 in UTC)",
    "value": "texts, numbers or dates",
}


def read_frame(
    native: object, kinds: Mapping[str, ColumnKind], *, what: str, optional: Collection[str] = ()
) -> LazyFrame:
    """The columns that ``kinds`` names, lazily, as text and 64-bit integers, decimals times their multiplier.

    pandas and Arrow are computed with by Polars, all others by themselves. Timestamps become µs since 1970, exactly,
    those without a zone taken as UTC; whole numbers that pandas holds as floats become integers again. Texts that are
    ``optional`` are empty where they are absent.

    Raises :class:`StamkundError` ``unknown_frame``, ``missing_columns`` or ``wrong_type``; ``what`` names the frame in
    the message.

    >>> orders = pl.DataFrame({"customer_id": [7], "value": [1250]})
    >>> read_frame(orders, {"customer_id": "text", "value": "integer"}, what="events").collect().rows()
    [('7', 1250)]
    >>> read_frame(orders.rename({"value": "values"}), {"value": "integer"}, what="events")
    Traceback (most recent call last):
    features.errors.StamkundError: These features need the column value, which the events do not have. Nearest: ...
    """
    wide = narwhals_frame(native, what=what)
    names = list(wide.collect_schema().names())
    if missing := [name for name in kinds if name not in names and name not in optional]:
        raise _missing_columns(missing, names, what)
    given = [name for name in kinds if name in names]
    frame = lazy_columns(wide, given, [name for name in given if kinds[name] in ("integer", "time")])
    schema = frame.collect_schema()
    timestamps = [name for name, kind in kinds.items() if kind == "time" and schema[name] == nw.Datetime]
    if timestamps:
        frame = _with_micros(frame, timestamps)
        schema = frame.collect_schema()
    columns = {name: _cast(name, kinds[name], schema[name], what) for name in given}
    texts = {name: columns[name].fill_null("") if name in columns else nw.lit("", nw.String) for name in optional}
    return frame.select(**{name: (columns | texts)[name] for name in kinds})


def _missing_columns(missing: Sequence[str], names: Sequence[str], what: str) -> StamkundError:
    nearest = {name: get_close_matches(name, names, n=1) for name in missing}
    hints = ", ".join(f"{matches[0]} for {name}" for name, matches in nearest.items() if matches)
    columns = "columns" if len(missing) > 1 else "column"
    message = (
        f"These features need the {columns} {', '.join(missing)}, which the {what} do not have. "
        f"{f'Nearest: {hints}. ' if hints else ''}They have: {', '.join(names) or 'none'}. "
        "Rename a column, or add it as null where nothing is known."
    )
    return StamkundError("missing_columns", message, field=missing[0])


def _with_micros(frame: LazyFrame, timestamps: Sequence[str]) -> LazyFrame:
    """Timestamps as µs since 1970. Narwhals has no such function for DuckDB and Spark, so each engine's own does it."""
    native: Any = nw.to_native(frame)
    if frame.implementation.is_polars():
        return cast(LazyFrame, nw.from_native(native.with_columns(pl.col(*timestamps).dt.epoch("us"))))
    if frame.implementation.is_duckdb():
        micros = ", ".join(f'epoch_us("{name}") AS "{name}"' for name in timestamps)
        return cast(LazyFrame, nw.from_native(native.project(f"* REPLACE ({micros})")))
    others = [f"`{name}`" for name in native.columns if name not in timestamps]
    columns = native.selectExpr(*others, *(_spark_micros(name, native) for name in timestamps))
    return cast(LazyFrame, nw.from_native(columns))


def _spark_micros(name: str, native: Any) -> str:
    zoneless = dict(native.dtypes)[name] == "timestamp_ntz"
    since = f"timestampdiff(MICROSECOND, timestamp_ntz'1970-01-01', `{name}`)" if zoneless else f"unix_micros(`{name}`)"
    return f"{since} AS `{name}`"


def _cast(name: str, kind: ColumnKind, dtype: nw.dtypes.DType, what: str) -> nw.Expr:
    """One column in the type of its kind; a column of nulls has no type of its own and takes any.

    A value is a text whatever its type.
    """
    if kind == "value":
        return nw.col(name) if dtype == nw.String else nw.col(name).cast(nw.String)
    empty = dtype in (nw.Unknown, nw.Object) if kind == "text" else dtype == nw.Unknown
    if kind == "text" and (empty or dtype.is_integer() or dtype in (nw.String, nw.Categorical, nw.Enum, nw.Boolean)):
        return nw.col(name) if dtype == nw.String else nw.col(name).cast(nw.String)
    if kind != "text" and (empty or (dtype.is_integer() and kind != "decimal")):
        return nw.col(name) if dtype == nw.Int64 else nw.col(name).cast(nw.Int64)
    if kind == "decimal" and (dtype.is_integer() or dtype.is_float() or dtype.is_decimal()):
        number = nw.col(name).cast(nw.Float64).fill_nan(None)
        return scaled(name, number).cast(nw.Int64).alias(name)
    message = f"The column {name} of the {what} is {dtype}; needed: {_EXPECTED[kind]}. Cast it before."
    raise StamkundError("wrong_type", message, field=name)
