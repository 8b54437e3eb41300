"""Frames of the engines that users hand in, and get back: pandas, Polars, Arrow, DuckDB and Spark."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, cast

import narwhals as nw
import polars as pl
import pyarrow as pa

from features.errors import StamkundError

if TYPE_CHECKING:
    import pandas as pd

LazyFrame = nw.LazyFrame[Any]
_ENGINES = frozenset(
    {
        nw.Implementation.POLARS,
        nw.Implementation.PANDAS,
        nw.Implementation.PYARROW,
        nw.Implementation.DUCKDB,
        nw.Implementation.PYSPARK,
        nw.Implementation.PYSPARK_CONNECT,
    }
)


def narwhals_frame(native: object, *, what: str) -> Any:
    """A frame of a known engine as Narwhals wraps it, eager or lazy.

    Raises :class:`StamkundError` ``unknown_frame`` for anything else; ``what`` names it in the message.
    """
    try:
        frame: Any = nw.from_native(native)
    except TypeError:
        frame = None
    if frame is None or frame.implementation not in _ENGINES:
        type_name = f"{type(native).__module__}.{type(native).__name__}"
        message = f"The {what} came as {type_name}; give a frame of pandas, Polars, Arrow, DuckDB or Spark."
        raise StamkundError("unknown_frame", message, field=what)
    return frame


def lazy_columns(frame: Any, columns: Collection[str], integers: Collection[str]) -> LazyFrame:
    """A frame of :func:`narwhals_frame`, lazily: of pandas and Arrow, which Polars computes with, only the ``columns``.

    pandas holds integers as floats when some are missing; of ``integers`` these become integers again.
    """
    if frame.implementation.is_pandas():
        table = _from_pandas(nw.to_native(frame.select(*columns)))
        return nw.from_native(table.with_columns(_whole_numbers(table, integers)).lazy())
    if frame.implementation.is_pyarrow():
        return cast(LazyFrame, nw.from_native(frame.select(*columns).to_polars().lazy()))
    return cast(LazyFrame, frame.lazy())


def _from_pandas(frame: pd.DataFrame) -> pl.DataFrame:
    """As Polars, times in UTC without a zone: pyarrow's own conversion of zones raises a warning of pandas."""
    zoned = frame.select_dtypes("datetimetz").columns
    plain = frame.assign(**{name: frame[name].dt.tz_convert(None) for name in zoned})
    return cast(pl.DataFrame, pl.from_arrow(pa.Table.from_pandas(plain, preserve_index=False)))


def _whole_numbers(table: pl.DataFrame, integers: Collection[str]) -> list[pl.Expr]:
    """Casts of the columns whose floats are all integers that a float holds exactly."""
    floats = [name for name in integers if table.schema[name] == pl.Float64]
    exact = [name for name in floats if table[name].drop_nulls().is_between(-(2**53), 2**53).all()]
    return [pl.col(name).cast(pl.Int64) for name in exact if (table[name].drop_nulls() % 1 == 0).all()]


def as_kind_of(native: object, frame: pl.DataFrame) -> object:
    """A result as the kind of frame that ``native`` is: for DuckDB and Spark on its connection or session."""
    source: Any = nw.to_native(native, pass_through=True)
    engine = nw.from_native(source).implementation
    if engine.is_polars():
        return frame
    if engine.is_pandas():
        return frame.to_pandas()
    result = _with_small_strings(frame.to_arrow())
    if engine.is_duckdb():
        return source.query("source", "SELECT * FROM result")
    return result if engine.is_pyarrow() else source.sparkSession.createDataFrame(result)


def _with_small_strings(table: pa.Table) -> pa.Table:
    """The table with texts in Arrow's usual type, which every engine reads."""
    small = [(f.name, pa.string() if pa.types.is_large_string(f.type) else f.type) for f in table.schema]
    return table.cast(pa.schema(small))
