"""The door: every row of a source is either accepted in canonical form, or rejected with a code and a reason."""

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
from features.events.tables import COLUMNS, NEEDED, OFFER_TYPES, RATING_SCALES, Role
from features.ingest.sources.csv import FLAW, ROW
from features.ingest.sources.mapping import UNREADABLE, project, source_value
from features.ingest.sources.rows import Rows
from features.ingest.values import Value, reading

CODE, REASON = "stamkund_code", "stamkund_reason"

# Microseconds: events happen in these years; validity may be open-ended (9999-12-31).
_EVENT_YEARS = (0, 4_102_444_800_000_000)
_VALID_YEARS = (-2_208_988_800_000_000, 253_402_300_799_999_999)


@dataclass(frozen=True)
class Check:
    """When a row is rejected (an SQL condition), and what its owner is told (an SQL text)."""

    code: str
    when: str
    reason: str


def judge(connection: duckdb.DuckDBPyConnection, name: str, source: Source, rows: Rows, money: Money) -> list[str]:
    """Judge the table ``rows`` into the table ``staged``: canonical columns (returned), and why a row is rejected."""
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


def _stage(
    connection: duckdb.DuckDBPyConnection, query: str, readings: Mapping[str, str], checks: Sequence[Check]
) -> None:
    joined, readings = _named_kinds(connection, query, readings) if "kind" in readings else ("mapped", readings)
    told = ", ".join(f"{text} AS {sql.name(column)}" for column, text in readings.items())
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE staged AS
        WITH mapped AS ({query}),
        parsed AS (SELECT mapped.*, {told} FROM {joined})
        SELECT {", ".join([ROW, *map(sql.name, readings)])},
               {_cases((check.when, sql.literal(check.code)) for check in checks)} AS {CODE},
               {_cases((check.when, check.reason) for check in checks)} AS {REASON}
        FROM parsed
        """
    )


def _named_kinds(
    connection: duckdb.DuckDBPyConnection, query: str, readings: Mapping[str, str]
) -> tuple[str, Mapping[str, str]]:
    """The rows ``mapped`` joined to the canonical names of the kinds in them, and the readings with these names."""
    written = connection.execute(f"WITH mapped AS ({query}) SELECT DISTINCT {readings['kind']} FROM mapped").fetchall()
    names = {kind: canonical_kind(kind) for (kind,) in written if kind is not None}
    renamed = [(kind, name) for kind, name in names.items() if kind != name]
    if not renamed:
        return "mapped", readings
    connection.execute("CREATE OR REPLACE TEMP TABLE kind_names (written VARCHAR, canonical VARCHAR)")
    connection.executemany("INSERT INTO kind_names VALUES (?, ?)", renamed)
    joined = f"mapped LEFT JOIN kind_names ON kind_names.written = {readings['kind']}"
    return joined, {**readings, "kind": f"coalesce(kind_names.canonical, {readings['kind']})"}


def _reading(name: str, source: Source, column: str, value: Value, money: Money) -> str:
    found = reading(_role(source, column), value, money)
    if found is None:
        role = {"amount": "an amount", "number": "a number"}.get(_role(source, column), "a time")
        hint = ": convert it, e.g. to_timestamp(seconds)" if role == "a time" else ""
        msg = f"`{source.columns[column]}` is of type {value.type}, which cannot be read as {role}{hint}."
        field = f"sources.{name}.columns.{column}"
        raise StamkundError("wrong_type", f"{field}: {msg}", field=field)
    return found


def _role(source: Source, column: str) -> Role:
    return COLUMNS[source.table].get(column, "text")


def _cases(cases: Iterator[tuple[str, str]]) -> str:
    return f"CASE {' '.join(f'WHEN {when} THEN {then}' for when, then in cases)} END"


def _checks(source: Source, values: Mapping[str, Value], money: Money) -> Iterator[Check]:
    """All checks in the order in which a row fails them."""
    yield Check("malformed_row", f"{FLAW} IS NOT NULL", FLAW)
    unread = sql.name(UNREADABLE)
    reason = f"'the column ' || {unread} || ' holds something other than its other rows, and an expression needs it'"
    yield Check("bad_value", f"{unread} IS NOT NULL", reason)
    for column in NEEDED[source.table]:
        yield Check(f"missing_{column}", f"NOT {values[column].present}", sql.literal(f"there is no {column}"))
    for column, value in values.items():
        yield from _readable(_role(source, column), column, value)
    yield from _law(source, frozenset(values), money)


def _readable(role: Role, column: str, value: Value) -> Iterator[Check]:
    wanted = {
        "time": ("bad_time", "a time; give ISO 8601, e.g. 2017-12-03T10:00:00Z"),
        "start": ("bad_time", "a time; give ISO 8601, e.g. 2017-12-03"),
        "end": ("bad_time", "a time; give ISO 8601, e.g. 2017-12-03"),
        "amount": ("bad_amount", "an amount below 10^12; give digits with a decimal point, e.g. 1234.50"),
        "number": ("bad_number", "a number; give digits with a decimal point"),
        "json": ("bad_properties", "a JSON object"),
    }
    if role not in wanted:
        return
    code, form = wanted[role]
    shown = f"coalesce(left(CAST({value.sql} AS VARCHAR), 60), '')"
    reason = f"{sql.literal(column + ' ')} || {shown} || {sql.literal(' is not ' + form)}"
    yield Check(code, f"{value.present} AND {sql.name(column)} IS NULL", reason)
    if role in {"time", "start", "end"}:
        low, high = _EVENT_YEARS if role == "time" else _VALID_YEARS
        reason = f"{sql.literal(column + ' ')} || {shown} || {sql.literal(' lies outside the years that can be')}"
        yield Check("time_out_of_range", f"{sql.name(column)} NOT BETWEEN {low} AND {high}", reason)


def _law(source: Source, columns: frozenset[str], money: Money) -> Iterator[Check]:
    """What no row of a table may say, whatever its types."""
    if "currency" in columns:
        reason = f"'amounts are in ' || {sql.literal(money.currency)} || ', and this row is in ' || currency"
        yield Check("foreign_currency", f"upper(trim(currency)) <> {sql.literal(money.currency)}", reason)
    if source.table == "events":
        yield from _event_law(source, columns)
    if source.table == "offers":
        yield from _offer_law(columns)


def _event_law(source: Source, columns: frozenset[str]) -> Iterator[Check]:
    kind = "kind" if source.kind is None else sql.literal(source.kind)
    if source.kind is None:
        yield Check("missing_kind", "kind IS NULL", "'there is no kind'")
    for column in ("value", "quantity"):
        if column in columns:
            reason = f"'an order line cannot have a negative {column}; what comes back is of the kind refund'"
            yield Check(f"negative_{column}", f"{kind} = 'order' AND {column} < 0", reason)
    if "rating" in columns:
        yield from _rating_law(columns)
    for column, most in (("latitude", 90), ("longitude", 180)):
        if column in columns:
            reason = f"'{column} ' || CAST({column} AS VARCHAR) || ' is not on this planet'"
            yield Check("bad_location", f"abs({column}) > {most}", reason)


def _rating_law(columns: frozenset[str]) -> Iterator[Check]:
    known = ", ".join(f"{scale} {low}–{high}" for scale, (low, high) in RATING_SCALES.items())
    if "scale" not in columns:
        yield Check("missing_scale", "rating IS NOT NULL", sql.literal(f"a rating needs its scale: {known}"))
        return
    yield Check(
        "missing_scale", "rating IS NOT NULL AND scale IS NULL", sql.literal(f"a rating needs its scale: {known}")
    )
    names = ", ".join(map(sql.literal, RATING_SCALES))
    yield Check(
        "unknown_scale", f"scale NOT IN ({names})", f"'the scale ' || scale || ' is none of ' || {sql.literal(known)}"
    )
    for scale, (low, high) in RATING_SCALES.items():
        outside = f"scale = '{scale}' AND rating NOT BETWEEN {low} AND {high}"
        yield Check("rating_out_of_scale", outside, f"'the rating ' || CAST(rating AS VARCHAR) || ' is not on {known}'")


def _offer_law(columns: frozenset[str]) -> Iterator[Check]:
    if "type" in columns:
        names = ", ".join(map(sql.literal, OFFER_TYPES))
        reason = f"'the type ' || type || ' is none of {', '.join(OFFER_TYPES)}'"
        yield Check("unknown_offer_type", f"type NOT IN ({names})", reason)
    if {"starts", "ends"} <= columns:
        yield Check("ends_before_starts", "ends < starts", "'the offer ends before it starts'")
    for column in ("value", "cost"):
        if column in columns:
            yield Check(f"negative_{column}", f"{column} < 0", f"'an offer cannot have a negative {column}'")
