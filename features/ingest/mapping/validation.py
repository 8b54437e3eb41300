"""Validation: each row of a source is accepted in canonical form, or rejected with a code and a reason."""

# ruff: noqa: S608  (names are quoted; the expressions are those of whoever wrote the settings)
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import duckdb

from features import sql
from features.config.settings import Settings
from features.config.source import Source
from features.errors import StamkundError
from features.events.identifiers import node_sql
from features.events.kinds import canonical_kind
from features.events.money import Money
from features.events.statements.addresses import KINDS_OF_ADDRESSES, channel_in_name
from features.events.tables import OTHER_ID
from features.ingest.mapping.canonical_values import canonical_value
from features.ingest.mapping.checks import Check, checks_of, role_of
from features.ingest.mapping.other_ids import other_id
from features.ingest.mapping.projection import Projection, failed_expression
from features.ingest.mapping.pseudonyms import hashed, holds_hashed
from features.ingest.mapping.value import Value
from features.ingest.sources.formats.places import ROW
from features.privacy.pseudonyms import Pseudonyms

CODE, REASON = "stamkund_code", "stamkund_reason"


def validate_rows(
    connection: duckdb.DuckDBPyConnection, name: str, source: Source, projection: Projection, settings: Settings
) -> list[str]:
    """Read a projection into the table ``staged``: canonical columns (returned), and why a row is rejected.

    Identifiers that are to be hashed are so there.
    """
    money = Money(settings.currency, settings.minor_units)
    values = projection.values
    readings = {column: _reading(name, source, column, value, money) for column, value in values.items()}
    others = {column: text for column, text in readings.items() if column.startswith(OTHER_ID)}
    readings |= {column: other_id(text, settings.missing_ids) for column, text in others.items()}
    pseudonyms = Pseudonyms.of(settings)
    if pseudonyms is not None and holds_hashed(source, pseudonyms):
        readings = hashed(connection, source, readings, pseudonyms)
    if "customer_id" in readings:
        readings["customer_id"] = node_sql(sql.literal(source.id_type), readings["customer_id"])
    checks = list(checks_of(source, values, money, settings.missing_ids))
    try:
        return _stage(connection, projection.query, readings, checks)
    except duckdb.Error as error:
        raise failed_expression(name, error) from None


def filled_counts(connection: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> dict[str, int]:
    """How many rows of the table ``staged`` that are not rejected have a value, by canonical column."""
    counts = ", ".join(f"count({sql.name(column)})" for column in columns)
    row = connection.execute(f"SELECT {counts} FROM staged WHERE {CODE} IS NULL").fetchone()
    return dict(zip(columns, map(int, row or ()), strict=True))


def _stage(
    connection: duckdb.DuckDBPyConnection, query: str, readings: Mapping[str, str], checks: Sequence[Check]
) -> list[str]:
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
    return list(readings)


def _named_kinds(
    connection: duckdb.DuckDBPyConnection, query: str, readings: Mapping[str, str]
) -> tuple[str, Mapping[str, str]]:
    """The rows ``mapped`` joined to the canonical names of the kinds in them, and the readings with these names.

    What happens to an address may tell the channel in its name.
    """
    kinds = connection.execute(f"WITH mapped AS ({query}) SELECT DISTINCT {readings['kind']} FROM mapped").fetchall()
    names = {kind: canonical_kind(kind) for (kind,) in kinds if kind is not None}
    renamed = [
        (kind, name, channel_in_name(kind) if name in KINDS_OF_ADDRESSES else None)
        for kind, name in names.items()
        if kind != name
    ]
    if not renamed:
        return "mapped", readings
    connection.execute("CREATE OR REPLACE TEMP TABLE kind_names (name VARCHAR, canonical VARCHAR, channel VARCHAR)")
    connection.executemany("INSERT INTO kind_names VALUES (?, ?, ?)", renamed)
    joined = f"mapped LEFT JOIN kind_names ON kind_names.name = {readings['kind']}"
    named = {**readings, "kind": f"coalesce(kind_names.canonical, {readings['kind']})"}
    if any(channel for *_, channel in renamed):
        named["channel"] = f"coalesce({readings.get('channel', 'NULL')}, kind_names.channel)"
    return joined, named


def _reading(name: str, source: Source, column: str, value: Value, money: Money) -> str:
    expression = canonical_value(role_of(source, column), value, money)
    if expression is None:
        form = {"amount": "an amount", "number": "a number"}.get(role_of(source, column), "a time")
        hint = ": say what it counts, e.g. `formats: {column: seconds}`, or to_timestamp(…)" if form == "a time" else ""
        msg = f"`{source.mapping[column]}` is of type {value.type}, which cannot be read as {form}{hint}."
        field = f"sources.{name}.{source.key_of(column)}"
        raise StamkundError("wrong_type", f"{field}: {msg}", field=field)
    return expression


def _cases(cases: Iterator[tuple[str, str]]) -> str:
    return f"CASE {' '.join(f'WHEN {when} THEN {then}' for when, then in cases)} END"
