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


@dataclass(frozen=True)
class Value:
    """An expression of a source, its DuckDB type, and the zone its naive times are in."""

    sql: str
    type: str
    timezone: str = "UTC"

    @property
    def present(self) -> str:
        """Whether there is anything to read."""
        if self.type == "VARCHAR":
            return f"coalesce(trim({self.sql}) <> '', false)"
        if self.type in {"DOUBLE", "FLOAT"}:
            return f"({self.sql} IS NOT NULL AND NOT isnan({self.sql}))"
        return f"({self.sql} IS NOT NULL)"


def canonical_value(role: Role, value: Value, money: Money) -> str | None:
    """The expression that reads a value in its role; None when its type can never mean that."""
    if role == "amount":
        return _amount(value, money)
    readers: Mapping[Role, Callable[[Value], str | None]] = {
        "time": lambda time: _moment(time, last=True),
        "end": lambda time: _moment(time, last=True),
        "start": lambda time: _moment(time, last=False),
        "number": _number,
        "json": _json,
        "list": _list,
    }
    return readers.get(role, _text)(value)


def _text(value: Value) -> str:
    """A text as received; whole floats lose their '.0', which some tool added to an id."""
    text = f"CAST({value.sql} AS VARCHAR)"
    if value.type in {"DOUBLE", "FLOAT"}:
        whole = f"{value.sql} = trunc({value.sql}) AND abs({value.sql}) < 9007199254740992"
        text = f"CASE WHEN {whole} THEN CAST(CAST({value.sql} AS BIGINT) AS VARCHAR) ELSE {text} END"
    return f"CASE WHEN {value.present} THEN {text} END"


def _number(value: Value) -> str | None:
    if not _numeric(value) and value.type != "VARCHAR":
        return None
    parsed = f"TRY_CAST({value.sql} AS DOUBLE)"
    return f"CASE WHEN {value.present} AND abs({parsed}) <= {LARGEST} THEN {parsed} END"


def _amount(value: Value, money: Money) -> str | None:
    if not _numeric(value) and value.type != "VARCHAR":
        return None
    return f"CASE WHEN {value.present} THEN {minor_units_sql(value.sql, value.type, money.minor_units)} END"


def _moment(value: Value, *, last: bool) -> str | None:
    """Microseconds since 1970, UTC; a day means its last microsecond, or its first one where something starts."""
    if value.type == "DATE":
        return _day(value.sql, value.timezone, last=last)
    if value.type == "TIMESTAMP WITH TIME ZONE":
        return f"CASE WHEN isfinite({value.sql}) THEN epoch_us({value.sql}) END"
    if value.type.startswith("TIMESTAMP"):
        return _local(f"CAST({value.sql} AS TIMESTAMP)", value.timezone)
    if value.type != "VARCHAR":
        return None
    text = f"trim({value.sql})"
    day = rf"regexp_full_match({text}, '\d{{4}}[-/]\d{{1,2}}[-/]\d{{1,2}}')"
    zoned = rf"regexp_matches({text}, '\d:\d\d.*(Z|z| ?UTC| ?GMT|[+-]\d\d(:?\d\d)?)$')"
    return (
        f"CASE WHEN {day} THEN {_day(f'TRY_CAST({text} AS DATE)', value.timezone, last=last)}"
        f" WHEN {zoned} THEN epoch_us(TRY_CAST({text} AS TIMESTAMP WITH TIME ZONE))"
        f" ELSE {_local(f'TRY_CAST({text} AS TIMESTAMP)', value.timezone)} END"
    )


def _day(date: str, timezone: str, *, last: bool) -> str:
    moment = f"CASE WHEN isfinite({date}) THEN CAST({date} AS TIMESTAMP) END"
    return _local(f"({moment} + INTERVAL 1 DAY - INTERVAL 1 MICROSECOND)" if last else moment, timezone)


def _local(timestamp: str, timezone: str) -> str:
    zoned = timestamp if timezone == "UTC" else f"timezone({sql.literal(timezone)}, {timestamp})"
    return f"CASE WHEN isfinite({timestamp}) THEN epoch_us({zoned}) END"


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


def _numeric(value: Value) -> bool:
    return value.type.startswith("DECIMAL") or value.type in {
        *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"),
        *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"),
        *("FLOAT", "DOUBLE", "BOOLEAN"),
    }
