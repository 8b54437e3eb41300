"""How one value of a source becomes one canonical value: the SQL for each role a column plays.

Each function returns an expression that is null when the value is absent or cannot be read: :attr:`Value.present` tells
which of the two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from features import sql
from features.events.columns import LARGEST
from features.events.money import Money, minor_units_sql
from features.events.tables import Role
from features.reading.formats import Epoch, Format
from features.reading.ids import exact_id_sql
from features.reading.number_forms import NumberForm, signs_of
from features.reading.number_sql import foreign_sql, plain_sql
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


@dataclass(frozen=True)
class Value:
    """An expression of a source, its DuckDB type, the zone its naive times are in, and how its texts are written.

    ``days``: its midnights mean whole days.
    """

    sql: str
    type: str
    timezone: str = "UTC"
    format: Format | None = None
    days: bool = False

    @property
    def present(self) -> str:
        """Whether there is anything to read."""
        if self.type == "VARCHAR":
            return f"coalesce(trim({self.sql}) <> '', false)"
        if self.type in {"DOUBLE", "FLOAT"}:
            return f"({self.sql} IS NOT NULL AND NOT isnan({self.sql}))"
        return f"({self.sql} IS NOT NULL)"

    @property
    def is_numeric(self) -> bool:
        """Whether its type is one of numbers."""
        return self.type.startswith("DECIMAL") or self.type in {
            *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"),
            *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"),
            *("FLOAT", "DOUBLE", "BOOLEAN"),
        }


def canonical_value(role: Role, value: Value, money: Money) -> str | None:
    """The expression that reads a value in its role; None when its type or its format can never mean that."""
    if role == "amount":
        return _amount(value, money)
    if role == "attribute":
        return _attribute(value, money)
    readers: Mapping[Role, Callable[[Value], str | None]] = {
        "id": _id,
        "time": _end,
        "end": _end,
        "start": lambda time: moment(time, last=False),
        "number": _number,
        "json": _json,
        "list": _list,
    }
    return readers.get(role, _text)(value)


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


def _end(value: Value) -> str | None:
    """A time of what ends or happens: of a day, its last microsecond."""
    start = moment(value, last=False)
    if not value.days or start is None:
        return moment(value, last=True)
    end = day_end_sql("m", sql.literal(value.timezone))
    return f"list_transform([{start}], lambda m: CASE WHEN {tells_no_hour(value)} THEN {end} ELSE m END)[1]"


def foreign_amount(value: Value, money: Money) -> str | None:
    """Whether a text is an amount in another currency; None of what is no text."""
    form = value.format if isinstance(value.format, NumberForm) else None
    return foreign_sql(value.sql, form, money.currency) if value.type == "VARCHAR" else None


def typed_value(value: Value, money: Money) -> str | None:
    """What a column with a format is for expressions: a moment, a local time, a day or a number.

    None when its type has no such format.
    """
    form, text = value.format, f"CAST({value.sql} AS VARCHAR)"
    if isinstance(form, NumberForm):
        return _decimal(value, "DOUBLE", signs_of(money.currency))
    if not isinstance(form, TimeForm):
        moments = moment(value, last=False)
        return moments and f"make_timestamptz({moments})"
    if value.type != "VARCHAR" and not value.is_numeric:
        return None
    if "zone" in form.groups:
        return f"make_timestamptz({time_sql(text, value.timezone, last=False, form=form)})"
    return f"CAST({written_sql(text, form)} AS {'TIMESTAMP' if form.tells_hour else 'DATE'})"


def _written_moment(value: Value, format_: Format, *, last: bool) -> str | None:
    if isinstance(format_, Epoch):
        return epoch_sql(value.sql, format_.unit) if value.is_numeric or value.type == "VARCHAR" else None
    if isinstance(format_, TimeForm) and (value.type == "VARCHAR" or value.is_numeric):
        return time_sql(f"CAST({value.sql} AS VARCHAR)", value.timezone, last=last, form=format_)
    return None


def _id(value: Value) -> str:
    return f"CASE WHEN {value.present} THEN {exact_id_sql(value.sql, value.type)} END"


def _text(value: Value) -> str:
    """A text as received; whole floats lose their '.0', which some tool added."""
    text = exact_id_sql(value.sql, value.type) if value.is_numeric else f"CAST({value.sql} AS VARCHAR)"
    return f"CASE WHEN {value.present} THEN {text} END"


def _attribute(value: Value, money: Money) -> str | None:
    """A value that may be anything, as text: a number plain, and what has a format as that says."""
    if value.format is None:
        return f"coalesce({_text(value)}, CASE WHEN {value.present} THEN CAST({value.sql} AS VARCHAR) END)"
    typed = typed_value(value, money)
    return typed and f"CASE WHEN {value.present} THEN CAST({typed} AS VARCHAR) END"


def _number(value: Value) -> str | None:
    parsed = _decimal(value, "DOUBLE", ())
    return parsed and f"CASE WHEN {value.present} AND abs({parsed}) <= {LARGEST} THEN {parsed} END"


def _amount(value: Value, money: Money) -> str | None:
    if value.type != "VARCHAR":
        parsed = minor_units_sql(value.sql, value.type, money.minor_units) if value.is_numeric else None
        return parsed and f"CASE WHEN {value.present} THEN {parsed} END"
    decimal = _decimal(value, "DECIMAL(18, 6)", signs_of(money.currency))
    return decimal and minor_units_sql(decimal, "DECIMAL(18, 6)", money.minor_units)


def _decimal(value: Value, type_: str, signs: list[str] | tuple[str, ...]) -> str | None:
    """A number of a DuckDB type; None when the value's own type or its format can mean none."""
    if value.type != "VARCHAR":
        return f"TRY_CAST({value.sql} AS {type_})" if value.is_numeric and value.format is None else None
    if value.format is not None and not isinstance(value.format, NumberForm):
        return None
    written = f"TRY_CAST({plain_sql(value.sql, value.format, signs)} AS {type_})"
    if value.format is not None:
        return written
    # DuckDB's cast is fast and reads what plain numbers are, and 1_000 beside.
    return f"coalesce(CASE WHEN NOT contains({value.sql}, '_') THEN TRY_CAST({value.sql} AS {type_}) END, {written})"


def _json(value: Value) -> str:
    """The text of a JSON object; a struct or a map of a typed source is one."""
    json = value.sql if value.type in {"VARCHAR", "JSON"} else f"to_json({value.sql})"
    text = f"CAST({json} AS VARCHAR)"
    return f"CASE WHEN {value.present} AND json_valid({text}) AND json_type({text}) = 'OBJECT' THEN {text} END"


def _list(value: Value) -> str:
    """A list of ids; in a text they stand between bars: ``12|15|18``."""
    if value.type.endswith("[]"):
        return f"CAST({value.sql} AS VARCHAR[])"
    return f"CASE WHEN {value.present} THEN string_split({_text(value)}, '|') END"
