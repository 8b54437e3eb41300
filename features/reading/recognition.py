"""Recognition: the formats that all values of a column fit."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import combinations
from typing import Final

import duckdb

from features import sql
from features.reading.formats import EPOCHS, Epoch, parse_format
from features.reading.number_forms import PLAIN, SAMPLES, number_format
from features.reading.number_sql import ANY_SIGN, number_pattern, plain_sql
from features.reading.time_forms import FORMS, TimeForm, time_format
from features.reading.time_sql import epoch_sql, time_sql

ISO: Final = ""  # among formats: none is needed, for the column's times or numbers describe themselves
_SCREENED = 500  # values that every format is tried on before those that are left are tried on all
_DATES = (
    *("%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y", "%y/%m/%d", "%d-%m-%Y", "%m-%d-%Y"),
    *(
        "%b-%d-%y",
        "%b-%d-%Y",
        "%d-%m-%y",
        "%m-%d-%y",
        "%y-%m-%d",
        "%d%m%Y",
        "%m%d%Y",
        "%y%m%d",
        "%d%m%y",
        "%m%d%y",
        "%d %m %Y",
    ),
    *("%d-%b-%y", "%d %b %y", "%d. %b %y", "%b %d, %y", "%A, %d. %B %Y", "%A %d.%m.%Y", "%A %d/%m/%Y", "%A %m/%d/%Y"),
)
_CLOCKS = (
    *("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", " %H.%M", " %H.%M.%S", ", %H:%M"),
    *(", %H:%M:%S", ", %I:%M %p", ", %I:%M:%S %p", "T%H:%M", "T%H:%M:%S", " - %H:%M", " %H:%M Uhr", ", %H:%M Uhr"),
    *(" kl. %H:%M", " kl %H:%M", " %H:%M %z", " %H:%M:%S %z", " %I:%M %p %z", " %I:%M:%S %p %z", "%H%M", "%H%M%S"),
)
_EPOCH_YEARS = (631_152_000, 4_102_444_800)  # 1990 to 2100 in seconds: another number is no time by itself


def time_formats(connection: duckdb.DuckDBPyConnection, relation: str, column: str) -> list[str]:
    """The formats of times that all values of a column fit, by :data:`ISO` where none is needed; none without values.

    >>> with duckdb.connect() as connection:
    ...     _ = connection.execute("CREATE TABLE rows AS FROM (VALUES ('1/2/2024'), ('2/3/2024')) AS v(bought)")
    ...     time_formats(connection, "rows", "bought")
    ['%d/%m/%Y', '%m/%d/%Y']
    """
    values = _values(connection, relation, column)
    if not values or not all(any(map(str.isdigit, value)) for value in values):
        return []
    forms = tuple(re.compile(form.pattern) for form in FORMS)
    if all(any(form.match(value) for form in forms) for value in values):
        reading = {ISO: time_sql("value", "UTC", last=True)}
        if found := _fit_all(connection, relation, column, reading):
            return found
    candidates = [text for text in _time_candidates(values[0]) if all(map(_screen(text), values))]
    readings = {text: _time_reading(text) for text in candidates}
    return _fit_all(connection, relation, column, readings)


def number_formats(connection: duckdb.DuckDBPyConnection, relation: str, column: str) -> list[str]:
    """The formats of numbers that all values of a column fit; of formats that read them alike, the first one.

    >>> with duckdb.connect() as connection:
    ...     _ = connection.execute("CREATE TABLE rows AS SELECT * FROM (VALUES ('1.250'), ('3.100')) AS v(paid)")
    ...     number_formats(connection, "rows", "paid")
    ['', '1.234,56']
    """
    values = _values(connection, relation, column)
    if not values:
        return []
    forms = {ISO: PLAIN} | {text: number_format(text) for text in SAMPLES[1:]}
    patterns = {text: re.compile(number_pattern(form.digits, ANY_SIGN)) for text, form in forms.items()}
    fitting = [text for text, pattern in patterns.items() if all(map(pattern.match, values))]
    readings = {text: f"TRY_CAST({plain_sql('value', forms[text], ANY_SIGN)} AS DOUBLE)" for text in fitting}
    found = _fit_all(connection, relation, column, readings)
    alike = _alike(connection, relation, column, {text: readings[text] for text in found})
    return [text for text in found if not any((earlier, text) in alike for earlier in found)]


def _time_candidates(value: str) -> Iterator[str]:
    """The formats that a value may have, by how it begins."""
    yield from EPOCHS
    for date in _DATES:
        if _pattern(date, whole=False).match(value):
            yield from (date + clock for clock in _CLOCKS)


def _screen(text: str) -> Callable[[str], bool]:
    """Whether a value may fit a format; what may not does not."""
    if text in EPOCHS:
        return lambda value: re.fullmatch(r"[0-9]+([.][0-9]+)?", value) is not None
    return lambda value: _pattern(text).match(value) is not None


@cache
def _pattern(text: str, *, whole: bool = True) -> re.Pattern[str]:
    pattern = time_format(text).pattern
    return re.compile(pattern if whole else pattern.removesuffix("$"))


def _time_reading(text: str) -> str:
    form = parse_format(text)
    if isinstance(form, Epoch):
        low, high = (bound * 1_000_000 for bound in _EPOCH_YEARS)
        moment = epoch_sql("value", form.unit)
        return f"CASE WHEN {moment} BETWEEN {low} AND {high} THEN {moment} END"
    return time_sql("value", "UTC", last=True, form=form if isinstance(form, TimeForm) else None)


def _distinct(relation: str, column: str) -> str:
    text = f"trim(CAST({sql.name(column)} AS VARCHAR))"
    return f"(SELECT DISTINCT {text} AS value FROM {relation} WHERE {text} <> '')"


def _values(connection: duckdb.DuckDBPyConnection, relation: str, column: str) -> list[str]:
    rows = connection.execute(f"SELECT value FROM {_distinct(relation, column)} LIMIT {_SCREENED}").fetchall()
    return [str(value) for (value,) in rows]


def _fit_all(connection: duckdb.DuckDBPyConnection, relation: str, column: str, readings: dict[str, str]) -> list[str]:
    """The formats whose readings are of no value null, from one pass over the values."""
    if not readings:
        return []
    counts = ", ".join(f"count(*) FILTER ({reading} IS NULL)" for reading in readings.values())
    row = connection.execute(f"SELECT {counts} FROM {_distinct(relation, column)}").fetchone() or ()
    return [text for text, misses in zip(readings, row, strict=True) if misses == 0]


def _alike(
    connection: duckdb.DuckDBPyConnection, relation: str, column: str, readings: dict[str, str]
) -> set[tuple[str, str]]:
    """The pairs of formats that read every value alike, each with the earlier one first."""
    pairs = list(combinations(readings, 2))
    if not pairs:
        return set()
    values = ", ".join(f"{reading} AS {sql.name(f'as {text}')}" for text, reading in readings.items())
    same = ", ".join(f"bool_and({sql.name(f'as {one}')} = {sql.name(f'as {other}')})" for one, other in pairs)
    row = connection.execute(f"SELECT {same} FROM (SELECT {values} FROM {_distinct(relation, column)})").fetchone()
    return {pair for pair, equal in zip(pairs, row or (), strict=True) if equal}
