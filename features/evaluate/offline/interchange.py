"""Frames of any kind at the door: pandas, Polars, Arrow, DuckDB and Spark come in, the same kind goes out."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal, cast

import narwhals as nw
import polars as pl
import pyarrow as pa

from features.errors import StamkundError
from features.events.columns import scaled

if TYPE_CHECKING:
    import pandas as pd

Frame = nw.LazyFrame[Any]
ColumnKind = Literal["text", "integer", "decimal", "time"]
KNOWN = "pandas, Polars, Arrow, DuckDB and Spark"
_NEEDED: Mapping[ColumnKind, str] = {
    "text": "text",
    "integer": "64-bit integers (amounts in minor units, such as cents)",
    "decimal": "numbers",
    "time": "timestamps, or 64-bit integers (µs since 1970 in UTC)",
}


def read_frame(native: object, kinds: Mapping[str, ColumnKind], *, what: str) -> Frame:
    """These columns of a frame, lazily, as text and 64-bit integers, decimals times their scale.

    pandas and Arrow are computed with by Polars, all others by themselves. Timestamps become µs since 1970, exactly,
    those without a zone taken as UTC; whole numbers that pandas holds as floats become integers again.

    >>> orders = pl.DataFrame({"customer_id": [7], "value": [1250]})
    >>> read_frame(orders, {"customer_id": "text", "value": "integer"}, what="events").collect().rows()
    [('7', 1250)]
    >>> read_frame(orders.rename({"value": "values"}), {"value": "integer"}, what="events")
    Traceback (most recent call last):
    features.errors.StamkundError: These features need the column value, which the events do not have. Nearest: ...
    """
    frame = _lazy(native, kinds, what)
    schema = frame.collect_schema()
    stamps = {name: schema[name] for name, kind in kinds.items() if kind == "time" and schema[name] == nw.Datetime}
    if stamps:
        frame = _micros(frame, stamps)
        schema = frame.collect_schema()
    casts = [_cast(name, kind, schema[name], what) for name, kind in kinds.items()]
    return frame.select(*casts)


def _lazy(native: object, kinds: Mapping[str, ColumnKind], what: str) -> Frame:
    try:
        frame: Any = nw.from_native(native)
    except TypeError:
        frame = None
    known = (
        frame is not None
        and (i := frame.implementation)
        and (
            i.is_polars()
            or i.is_pandas()
            or i.is_pyarrow()
            or i.is_duckdb()
            or i.is_pyspark()
            or i.is_pyspark_connect()
        )
    )
    if not known:
        message = f"The {what} came as {type(native).__module__}.{type(native).__name__}; frames of {KNOWN} are known."
        raise StamkundError("unknown_frame", message, field=what)
    names = list(frame.collect_schema().names())
    if missing := [name for name in kinds if name not in names]:
        raise _missing(missing, names, what)
    if frame.implementation.is_pandas():
        plain = _zoneless(nw.to_native(frame.select(*kinds)))
        held = pa.Table.from_pandas(plain, preserve_index=False)
        table = cast(pl.DataFrame, pl.from_arrow(held))
        return nw.from_native(table.with_columns(_whole(table, kinds)).lazy())
    if frame.implementation.is_pyarrow():
        return cast(Frame, nw.from_native(frame.select(*kinds).to_polars().lazy()))
    lazy: Frame = frame.lazy()
    return lazy


def _zoneless(table: pd.DataFrame) -> pd.DataFrame:
    """In UTC, which a time without a zone is taken for; pyarrow's own way stirs a warning of pandas."""
    zoned = table.select_dtypes("datetimetz").columns
    return table.assign(**{name: table[name].dt.tz_convert(None) for name in zoned})


def _missing(missing: list[str], names: list[str], what: str) -> StamkundError:
    near = {name: get_close_matches(name, names, n=1) for name in missing}
    hints = ", ".join(f"{found[0]} for {name}" for name, found in near.items() if found)
    columns = "columns" if len(missing) > 1 else "column"
    message = (
        f"These features need the {columns} {', '.join(missing)}, which the {what} do not have. "
        f"{f'Nearest: {hints}. ' if hints else ''}They have: {', '.join(names) or 'none'}. "
        "Rename a column, or add it as null where nothing is known."
    )
    return StamkundError("missing_columns", message, field=missing[0])


def _whole(table: pl.DataFrame, kinds: Mapping[str, ColumnKind]) -> list[pl.Expr]:
    """Integers that pandas holds as floats because some are missing."""
    floats = [name for name, kind in kinds.items() if kind in ("integer", "time") and table.schema[name] == pl.Float64]
    safe = [name for name in floats if table[name].drop_nulls().is_between(-(2**53), 2**53).all()]
    return [pl.col(name).cast(pl.Int64) for name in safe if (table[name].drop_nulls() % 1 == 0).all()]


def _micros(frame: Frame, stamps: Mapping[str, nw.dtypes.DType]) -> Frame:
    """Timestamps as µs since 1970: Narwhals cannot on DuckDB and Spark, so each engine in its own words."""
    native: Any = nw.to_native(frame)
    if frame.implementation.is_polars():
        return cast(Frame, nw.from_native(native.with_columns(pl.col(*stamps).dt.epoch("us"))))
    if frame.implementation.is_duckdb():
        replaced = ", ".join(f'epoch_us("{name}") AS "{name}"' for name in stamps)
        return cast(Frame, nw.from_native(native.project(f"* REPLACE ({replaced})")))
    others = [f"`{name}`" for name in native.columns if name not in stamps]
    told = native.selectExpr(*others, *(_spark_micros(name, native) for name in stamps))
    return cast(Frame, nw.from_native(told))


def _spark_micros(name: str, native: Any) -> str:
    zoneless = dict(native.dtypes)[name] == "timestamp_ntz"
    since = f"timestampdiff(MICROSECOND, timestamp_ntz'1970-01-01', `{name}`)" if zoneless else f"unix_micros(`{name}`)"
    return f"{since} AS `{name}`"


def _cast(name: str, kind: ColumnKind, dtype: nw.dtypes.DType, what: str) -> nw.Expr:
    empty = dtype in (nw.Unknown, nw.Object) if kind == "text" else dtype == nw.Unknown
    if kind == "text" and (empty or dtype.is_integer() or dtype in (nw.String, nw.Categorical, nw.Enum, nw.Boolean)):
        return nw.col(name) if dtype == nw.String else nw.col(name).cast(nw.String)
    if kind != "text" and (empty or (dtype.is_integer() and kind != "decimal")):
        return nw.col(name) if dtype == nw.Int64 else nw.col(name).cast(nw.Int64)
    if kind == "decimal" and (dtype.is_integer() or dtype.is_float() or dtype.is_decimal()):
        number = nw.col(name).cast(nw.Float64).fill_nan(None)
        return scaled(name, number).cast(nw.Int64).alias(name)
    message = f"The column {name} of the {what} is {dtype}; needed: {_NEEDED[kind]}. Cast it before."
    raise StamkundError("wrong_type", message, field=name)


def as_kind_of(native: object, frame: pl.DataFrame) -> object:
    """A result as the kind of frame that came in: on DuckDB and Spark on the same connection or session."""
    given: Any = nw.to_native(native, pass_through=True)
    kind = nw.from_native(given).implementation
    if kind.is_polars():
        return frame
    if kind.is_pandas():
        return frame.to_pandas()
    result = _plain(frame)
    if kind.is_duckdb():
        return given.query("given", "SELECT * FROM result")
    return result if kind.is_pyarrow() else given.sparkSession.createDataFrame(result)


def _plain(frame: pl.DataFrame) -> pa.Table:
    table = frame.to_arrow()
    return table.cast(
        pa.schema([(f.name, pa.string() if pa.types.is_large_string(f.type) else f.type) for f in table.schema])
    )
