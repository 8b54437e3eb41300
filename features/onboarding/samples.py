"""Some rows of files, and what their columns hold: how many values can be read as what."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from features import sql
from features.errors import StamkundError
from features.events.money import Money
from features.events.tables import Role
from features.ingest.sources.files import READ_ERRORS
from features.ingest.sources.loading import load
from features.ingest.sources.places import FLAW, ROW
from features.ingest.sources.tables import open_tables
from features.ingest.sources.values import Value, canonical_value

ROWS = 100_000
# A column is what nearly all of its values are: one wrong cell does not make amounts into texts.
NEARLY_ALL = 0.95
_MONEY = Money("EUR", 2)  # whether an amount can be read depends on neither


@dataclass(frozen=True)
class ColumnSample:
    """How many values of a column there are, and how many can be read as an amount, as a number and as a time.

    Of the times, ``days`` tell no hour, and ``zoned`` tell their time zone.
    """

    type: str
    values: int
    readable: Mapping[Role, int]
    days: int
    zoned: int

    def reads(self, role: Role) -> bool:
        """Whether nearly all of its values can be read so.

        >>> ColumnSample("VARCHAR", 100, {"amount": 95, "time": 94}, 0, 0).reads("amount")
        True
        """
        return self.readable[role] >= NEARLY_ALL * self.values

    def unreadable(self, role: Role) -> int:
        """How many of its values cannot be read so."""
        return self.values - self.readable[role]


def shape(file: Path) -> tuple[str, frozenset[str]]:
    """What files that belong together have in common: how they end, and the names of their columns."""
    try:
        return file.suffix.lower(), frozenset(name.lower() for name in _column_names(file))
    except READ_ERRORS as error:
        raise _unreadable_file(file, error) from None


def sample(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> dict[str, ColumnSample]:
    """Put rows of the first, the middle and the last of some files into the table ``rows``; what its columns hold."""
    selection = first_middle_last(files)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            for nth, file in enumerate(selection):
                (table, *_) = open_tables(file, scratch=Path(scratch))
                load(connection, table, f"sample_{nth}", most=ROWS // len(selection))
    except READ_ERRORS as error:
        raise _unreadable_file(selection[0], error) from None
    samples = " UNION ALL BY NAME ".join(f"SELECT * FROM sample_{nth}" for nth in range(len(selection)))
    query = f"SELECT * EXCLUDE ({ROW}, {FLAW}) FROM ({samples}) WHERE {FLAW} IS NULL"
    connection.execute(f"CREATE OR REPLACE TABLE rows AS {query}")
    return {name: _column(connection, name, type_) for name, type_ in sql.describe(connection, "rows").items()}


def first_middle_last(files: Sequence[Path]) -> list[Path]:
    """The first, the middle and the last of some files.

    >>> [file.name for file in first_middle_last([Path("a"), Path("b"), Path("c"), Path("d"), Path("e")])]
    ['a', 'c', 'e']
    """
    return list(dict.fromkeys([files[0], files[len(files) // 2], files[-1]]))


def reading(name: str, column: ColumnSample, role: Role) -> str:
    """The SQL of a column's values in a role, null where they cannot be read."""
    return canonical_value(role, Value(sql.name(name), column.type), _MONEY) or "NULL"


def _column_names(file: Path) -> list[str]:
    with tempfile.TemporaryDirectory() as scratch:
        return list(open_tables(file, scratch=Path(scratch))[0].columns)


def _column(connection: duckdb.DuckDBPyConnection, name: str, type_: str) -> ColumnSample:
    value, elsewhere = Value(sql.name(name), type_), Value(sql.name(name), type_, "Asia/Tokyo")
    roles: tuple[Role, ...] = ("amount", "number", "time")
    readings = [canonical_value(role, value, _MONEY) or "NULL" for role in roles]
    time, start = readings[-1], canonical_value("start", value, _MONEY) or "NULL"
    abroad = canonical_value("time", elsewhere, _MONEY) or "NULL"
    counts = connection.execute(
        f"""
        SELECT count(*) FILTER ({value.present}), {", ".join(f"count({reading})" for reading in readings)},
               count(*) FILTER ({time} <> {start}), count(*) FILTER ({time} = {abroad})
        FROM rows
        """
    ).fetchone()
    values, amounts, numbers, times, days, zoned = map(int, counts or (0,) * 6)
    return ColumnSample(type_, values, {"amount": amounts, "number": numbers, "time": times}, days, zoned)


def _unreadable_file(file: Path, error: Exception) -> StamkundError:
    msg = f"{file} cannot be read: {sql.first_line(error)}"
    return StamkundError("unreadable_file", msg, field="init")
