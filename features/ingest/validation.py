"""Validation: each row of a source is accepted in canonical form, or rejected with a code and a reason."""

# ruff: noqa: S608  (names are quoted; the expressions are those of whoever wrote the settings)
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from features import sql
from features.config.source import Source
from features.errors import StamkundError
from features.events.kinds import canonical_kind
from features.events.money import Money
from features.events.rules import rules_of
from features.events.tables import COLUMNS, NEEDED, Role
from features.ingest.rule_sql import breaks, reason_sql
from features.ingest.sources.mapping import UNREADABLE, project, source_value
from features.ingest.sources.places import FLAW, ROW
from features.ingest.sources.rows import Rows
from features.ingest.sources.values import Value, canonical_value

CODE, REASON = "stamkund_code", "stamkund_reason"

# What cannot be read in a role: its code, and the form that can.
_FORMS: Mapping[Role, tuple[str, str]] = {
    "time": ("bad_time", "a time; give ISO 8601, e.g. 2017-12-03T10:00:00Z"),
    "start": ("bad_time", "a time; give ISO 8601, e.g. 2017-12-03"),
    "end": ("bad_time", "a time; give ISO 8601, e.g. 2017-12-03"),
    "amount": ("bad_amount", "an amount below 10^12; give digits with a decimal point, e.g. 1234.50"),
    "number": ("bad_number", "a number of at most 10^12; give digits with a decimal point"),
    "json": ("bad_properties", "a JSON object"),
}


@dataclass(frozen=True)
class Check:
    """When a row is rejected (an SQL condition), and the reason that its owner is told (an SQL text)."""

    code: str
    when: str
    reason: str


def validate_rows(
    connection: duckdb.DuckDBPyConnection, name: str, source: Source, rows: Rows, money: Money
) -> list[str]:
    """Read the table ``rows`` into the table ``staged``: canonical columns (returned), and why a row is rejected."""
    projection = project(connection, name, source, rows)
    values = {column: Value(source_value(column), type_, source.timezone) for column, type_ in projection.types.items()}
    readings = {column: _reading(name, source, column, value, money) for column, value in values.items()}
    checks = list(_checks(source, values, money))
    try:
        _stage(connection, projection.query, readings, checks)
    except duckdb.Error as error:
        msg = (
            f"sources.{name}.columns: an expression fails on a row ({str(error).splitlines()[0]}); use TRY_CAST in it."
        )
        raise StamkundError("bad_expression", msg, field=f"sources.{name}.columns") from None
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
        hint = ": convert it, e.g. to_timestamp(seconds)" if form == "a time" else ""
        msg = f"`{source.columns[column]}` is of type {value.type}, which cannot be read as {form}{hint}."
        field = f"sources.{name}.columns.{column}"
        raise StamkundError("wrong_type", f"{field}: {msg}", field=field)
    return expression


def _role(source: Source, column: str) -> Role:
    return COLUMNS[source.table].get(column, "text")


def _cases(cases: Iterator[tuple[str, str]]) -> str:
    return f"CASE {' '.join(f'WHEN {when} THEN {then}' for when, then in cases)} END"


def _checks(source: Source, values: Mapping[str, Value], money: Money) -> Iterator[Check]:
    """All checks in the order in which a row fails them."""
    yield Check("malformed_row", f"{FLAW} IS NOT NULL", FLAW)
    unread = sql.name(UNREADABLE)
    text = f"'the column ' || {unread} || ' holds something other than its other rows, and an expression needs it'"
    yield Check("bad_value", f"{unread} IS NOT NULL", text)
    for column in NEEDED[source.table]:
        yield Check(f"missing_{column}", f"NOT {values[column].present}", sql.literal(f"there is no {column}"))
    texts = {column: f"coalesce(left(CAST({value.sql} AS VARCHAR), 60), '')" for column, value in values.items()}
    for column, role in COLUMNS[source.table].items():
        if column in values and role in _FORMS:
            code, form = _FORMS[role]
            text = f"{sql.literal(column + ' ')} || {texts[column]} || {sql.literal(' is not ' + form)}"
            yield Check(code, f"{values[column].present} AND {sql.name(column)} IS NULL", text)
    columns = {column: sql.name(column) for column in values}
    columns |= {} if source.kind is None else {"kind": sql.literal(source.kind)}
    for rule in rules_of(source.table, money.currency):
        if rule.column in values:
            yield Check(rule.code, breaks(rule, columns), reason_sql(rule, texts))
