"""How a time of a source becomes a moment: the SQL that is null when it is absent or cannot be read."""

from __future__ import annotations

from features import sql
from features.ingest.mapping.value import Value
from features.reading.formats import Epoch, Format
from features.reading.time_forms import TimeForm
from features.reading.time_sql import (
    day_end_sql,
    day_sql,
    epoch_sql,
    is_midnight_sql,
    is_plain_day_sql,
    time_sql,
    written_sql,
)
from features.reading.zones import moment_sql


def moment(value: Value, *, last: bool) -> str | None:
    """Microseconds since 1970, UTC; a day means its last microsecond, or its first one where something starts."""
    zone = sql.literal(value.timezone)
    if value.format is not None:
        return _written_moment(value, value.format, last=last)
    if value.type == "DATE":
        day = f"CASE WHEN isfinite({value.sql}) THEN CAST({value.sql} AS TIMESTAMP) END"
        return day_sql(f"({day})", zone, last=last)
    if value.type == "TIMESTAMP WITH TIME ZONE":
        return f"CASE WHEN isfinite({value.sql}) THEN epoch_us({value.sql}) END"
    if value.type.startswith("TIMESTAMP"):
        local = f"CAST({value.sql} AS TIMESTAMP)"
        return f"CASE WHEN isfinite({local}) THEN {moment_sql(local, zone)} END"
    return time_sql(value.sql, value.timezone, last=last) if value.type == "VARCHAR" else None


def is_moment(value: Value) -> str | None:
    """Whether a time can be read and tells more than its day; None where none of its type can."""
    first, last = moment(value, last=False), moment(value, last=True)
    if first is None or last is None or value.type == "DATE":
        return None
    if value.type != "VARCHAR" or value.format is not None:
        return f"{first} = {last}"
    return f"NOT {is_plain_day_sql(value.sql)} AND {first} = {last}"  # that of nearly all days is fast


def tells_no_hour(value: Value) -> str:
    """Whether a time is a day, or a midnight: as it is written, or in its zone."""
    start = moment(value, last=False) or "NULL"
    if value.type != "VARCHAR" or not (value.format is None or isinstance(value.format, TimeForm)):
        return is_midnight_sql(start, sql.literal(value.timezone))
    written = written_sql(value.sql, value.format)
    midnight = f"list_transform([{written}], lambda t: coalesce(t = date_trunc('day', t), false))[1]"
    return f"({midnight} OR {is_midnight_sql(start, sql.literal(value.timezone))})"


def end_moment(value: Value) -> str | None:
    """A time of what ends or happens: of a day, its last microsecond."""
    start = moment(value, last=False)
    if not value.days or start is None:
        return moment(value, last=True)
    end = day_end_sql("m", sql.literal(value.timezone))
    return f"list_transform([{start}], lambda m: CASE WHEN {tells_no_hour(value)} THEN {end} ELSE m END)[1]"


def _written_moment(value: Value, format_: Format, *, last: bool) -> str | None:
    if isinstance(format_, Epoch):
        return epoch_sql(value.sql, format_.unit) if value.is_numeric or value.type == "VARCHAR" else None
    if isinstance(format_, TimeForm) and (value.type == "VARCHAR" or value.is_numeric):
        return time_sql(f"CAST({value.sql} AS VARCHAR)", value.timezone, last=last, form=format_)
    return None
