"""Validation: each row of a source is accepted in canonical form, or rejected with a code and a reason."""

# ruff: noqa: S608  (names are quoted; the expressions are those of whoever wrote the settings)
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from features import sql
from features.config.settings import Settings
from features.config.source import Source
from features.errors import StamkundError
from features.events.kinds import canonical_kind
from features.events.money import Money, power
from features.events.rules import rules_of
from features.events.tables import COLUMNS, NEEDED, Role
from features.ingest.rule_sql import breaks, reason_sql
from features.ingest.sources.mapping import UNREADABLE, Projection, failed_expression
from features.ingest.sources.places import FLAW, ROW
from features.ingest.sources.values import Value, canonical_value, foreign_amount
from features.reading.ids import is_missing_id_sql
from features.reading.remedies import remedy_sql

CODE, REASON = "stamkund_code", "stamkund_reason"

# What cannot be read in a role: its code, and the form that can.
_FORMS: Mapping[Role, tuple[str, str]] = {
    "time": ("bad_time", "a time that is understood whole"),
    "start": ("bad_time", "a time that is understood whole"),
    "end": ("bad_time", "a time that is understood whole"),
    "amount": ("bad_amount", "an amount below 10^{power}"),
    "number": ("bad_number", "a number of at most 10^12"),
    "id": ("bad_text", "an id with all of its digits; give it as text where it is made"),
    "text": ("bad_text", "a text with all of its digits; give it as text where it is made"),
    "json": ("bad_properties", "a JSON object"),
    "attribute": ("bad_attribute", "what its format says"),
}


_WRITTEN = frozenset({"bad_time", "bad_amount", "bad_number"})  # what `formats` may make readable
_WHO = frozenset({"id", "customer_id"})


@dataclass(frozen=True)
class Check:
    """When a row is rejected (an SQL condition), and the reason that its owner is told (an SQL text)."""

    code: str
    when: str
    reason: str


def validate_rows(
    connection: duckdb.DuckDBPyConnection, name: str, source: Source, projection: Projection, settings: Settings
) -> list[str]:
    """Read a projection into the table ``staged``: canonical columns (returned), and why a row is rejected."""
    money = Money(settings.currency, settings.minor_units)
    values = projection.values
    readings = {column: _reading(name, source, column, value, money) for column, value in values.items()}
    checks = list(_checks(source, values, money, settings.missing_ids))
    try:
        _stage(connection, projection.query, readings, checks)
    except duckdb.Error as error:
        raise failed_expression(name, error) from None
    return list(readings)


def filled_counts(connection: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> dict[str, int]:
    """How many rows of the table ``staged`` that are not rejected have a value, by canonical column."""
    counts = ", ".join(f"count({sql.name(column)})" for column in columns)
    row = connection.execute(f"SELECT {counts} FROM staged WHERE {CODE} IS NULL").fetchone()
    return dict(zip(columns, map(int, row or ()), strict=True))


def _stage(
    connection: duckdb.DuckDBPyConnection, query: str, readings: Mapping[str, str], checks: Sequence[Check]
) -> None:
    joined, readings = _named_kinds(connection, query, readings) if "kind" in readings else ("mapped", readings)
    canonical = ", ".join(f"{text} AS {sql.name(column)}" for column, text in readings.items())
    code = _cases((check.when, sql.literal(check.code)) for check in checks)
    reason = _cases((check.when, check.reason) for check in checks)
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE staged AS
        WITH mapped AS ({query}),
        parsed AS (SELECT mapped.*, {canonical} FROM {joined}),
        coded AS (SELECT *, {code} AS {CODE} FROM parsed)
        SELECT {", ".join([ROW, *map(sql.name, readings), CODE])},
               CASE WHEN {CODE} IS NOT NULL THEN {reason} END AS {REASON}
        FROM coded
        """
    )


def _named_kinds(
    connection: duckdb.DuckDBPyConnection, query: str, readings: Mapping[str, str]
) -> tuple[str, Mapping[str, str]]:
    """The rows ``mapped`` joined to the canonical names of the kinds in them, and the readings with these names."""
    kinds = connection.execute(f"WITH mapped AS ({query}) SELECT DISTINCT {readings['kind']} FROM mapped").fetchall()
    names = {kind: canonical_kind(kind) for (kind,) in kinds if kind is not None}
    renamed = [(kind, name) for kind, name in names.items() if kind != name]
    if not renamed:
        return "mapped", readings
    connection.execute("CREATE OR REPLACE TEMP TABLE kind_names (name VARCHAR, canonical VARCHAR)")
    connection.executemany("INSERT INTO kind_names VALUES (?, ?)", renamed)
    joined = f"mapped LEFT JOIN kind_names ON kind_names.name = {readings['kind']}"
    return joined, {**readings, "kind": f"coalesce(kind_names.canonical, {readings['kind']})"}


def _reading(name: str, source: Source, column: str, value: Value, money: Money) -> str:
    expression = canonical_value(_role(source, column), value, money)
    if expression is None:
        form = {"amount": "an amount", "number": "a number"}.get(_role(source, column), "a time")
        hint = ": say what it counts, e.g. `formats: {column: seconds}`, or to_timestamp(…)" if form == "a time" else ""
        msg = f"`{source.columns[column]}` is of type {value.type}, which cannot be read as {form}{hint}."
        field = f"sources.{name}.columns.{column}"
        raise StamkundError("wrong_type", f"{field}: {msg}", field=field)
    return expression


def _role(source: Source, column: str) -> Role:
    return COLUMNS[source.table].get(column, "attribute")


def _missing(column: str, value: Value, text: str, missing_ids: Sequence[str]) -> Check:
    """A column without which a row means nothing; what stands for nobody is no customer."""
    code, absent = f"missing_{column}", sql.literal(f"there is no {column}")
    if column not in _WHO:
        return Check(code, f"NOT {value.present}", absent)
    told = f"'the {column} ' || {text} || ' stands for nobody; the setting missing_ids lists what does'"
    reason = f"CASE WHEN {value.present} THEN {told} ELSE {absent} END"
    return Check(code, is_missing_id_sql(f"CAST({value.sql} AS VARCHAR)", missing_ids), reason)


def _unread(source: Source, column: str, value: Value, text: str, money: Money) -> Iterator[Check]:
    """A value that is there and is not understood whole."""
    role = _role(source, column)
    code, form = _FORMS[role]
    form = form.format(power=power(money.minor_units))
    unread = f"{value.present} AND {sql.name(column)} IS NULL"
    foreign = foreign_amount(value, money) if role == "amount" else None
    if foreign is not None:
        told = f"amounts are in {money.currency}, and the {column} is "
        yield Check("foreign_currency", f"{unread} AND {foreign}", f"{sql.literal(told)} || {text}")
    remedy = remedy_sql(value.sql, source.columns[column], time=code == "bad_time") if value.type == "VARCHAR" else None
    told = f"{sql.literal(f'{column} ')} || {text} || {sql.literal(f' is not {form}')}"
    yield Check(code, unread, f"{told} || {remedy}" if remedy and code in _WRITTEN else told)


def _cases(cases: Iterator[tuple[str, str]]) -> str:
    return f"CASE {' '.join(f'WHEN {when} THEN {then}' for when, then in cases)} END"


def _checks(source: Source, values: Mapping[str, Value], money: Money, missing_ids: Sequence[str]) -> Iterator[Check]:
    """All checks in the order in which a row fails them."""
    yield Check("malformed_row", f"{FLAW} IS NOT NULL", FLAW)
    unread = sql.name(UNREADABLE)
    text = f"'the column ' || {unread} || ' holds something other than its other rows, and an expression needs it'"
    yield Check("bad_value", f"{unread} IS NOT NULL", text)
    texts = {column: f"coalesce(left(CAST({value.sql} AS VARCHAR), 60), '')" for column, value in values.items()}
    for column in NEEDED[source.table]:
        yield _missing(column, values[column], texts[column], missing_ids)
    for column in dict.fromkeys([*COLUMNS[source.table], *values]):
        if column in values and _role(source, column) in _FORMS:
            yield from _unread(source, column, values[column], texts[column], money)
    columns = {column: sql.name(column) for column in values}
    columns |= {} if source.kind is None else {"kind": sql.literal(source.kind)}
    for rule in rules_of(source.table, money.currency):
        if rule.column in values:
            yield Check(rule.code, breaks(rule, columns), reason_sql(rule, texts))
