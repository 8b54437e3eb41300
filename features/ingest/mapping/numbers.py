"""How a number or an amount of a source is read: the SQL that is null when it is absent or cannot be read."""

from __future__ import annotations

from features.events.columns import LARGEST
from features.events.money import Money, minor_units_sql
from features.ingest.mapping.value import Value
from features.reading.number_forms import NumberForm, signs_of
from features.reading.number_sql import foreign_sql, plain_sql


def foreign_amount(value: Value, money: Money) -> str | None:
    """Whether a text is an amount in another currency; None of what is no text."""
    form = value.format if isinstance(value.format, NumberForm) else None
    return foreign_sql(value.sql, form, money.currency) if value.type == "VARCHAR" else None


def number(value: Value) -> str | None:
    """A float; null beyond the largest that any column holds."""
    parsed = decimal(value, "DOUBLE", ())
    return parsed and f"CASE WHEN {value.present} AND abs({parsed}) <= {LARGEST} THEN {parsed} END"


def amount(value: Value, money: Money) -> str | None:
    """A whole number of minor units of the currency."""
    if value.type != "VARCHAR":
        parsed = minor_units_sql(value.sql, value.type, money.minor_units) if value.is_numeric else None
        return parsed and f"CASE WHEN {value.present} THEN {parsed} END"
    parsed = decimal(value, "DECIMAL(18, 6)", signs_of(money.currency))
    return parsed and minor_units_sql(parsed, "DECIMAL(18, 6)", money.minor_units)


def decimal(value: Value, type_: str, signs: list[str] | tuple[str, ...]) -> str | None:
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
