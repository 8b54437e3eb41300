"""How one value of a source becomes one canonical value: the SQL for each role a column plays.

Each function returns an expression that is null when the value is absent or cannot be read: :attr:`Value.present` tells
which of the two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from features.events.money import Money
from features.events.tables import Role
from features.ingest.mapping.numbers import amount, decimal, number
from features.ingest.mapping.times import end_moment, moment
from features.ingest.mapping.value import Value
from features.reading.ids import exact_id_sql
from features.reading.number_forms import NumberForm, signs_of
from features.reading.time_forms import TimeForm
from features.reading.time_sql import time_sql, written_sql


def canonical_value(role: Role, value: Value, money: Money) -> str | None:
    """The expression that reads a value in its role; None when its type or its format can never mean that."""
    if role == "amount":
        return amount(value, money)
    if role == "attribute":
        return _attribute(value, money)
    readers: Mapping[Role, Callable[[Value], str | None]] = {
        "id": _id,
        "time": end_moment,
        "end": end_moment,
        "start": lambda time: moment(time, last=False),
        "number": number,
        "json": _json,
        "list": _list,
    }
    return readers.get(role, _text)(value)


def typed_value(value: Value, money: Money) -> str | None:
    """What a column with a format is for expressions: a moment, a local time, a day or a number.

    None when its type has no such format.
    """
    form, text = value.format, f"CAST({value.sql} AS VARCHAR)"
    if isinstance(form, NumberForm):
        return decimal(value, "DOUBLE", signs_of(money.currency))
    if not isinstance(form, TimeForm):
        moments = moment(value, last=False)
        return moments and f"make_timestamptz({moments})"
    if value.type != "VARCHAR" and not value.is_numeric:
        return None
    if "zone" in form.groups:
        return f"make_timestamptz({time_sql(text, value.timezone, last=False, form=form)})"
    return f"CAST({written_sql(text, form)} AS {'TIMESTAMP' if form.tells_hour else 'DATE'})"


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
