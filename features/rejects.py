"""Rejected rows: counted by code, and set aside as a CSV file that their owner can open."""

# ruff: noqa: S608  (names are quoted; the expressions are those of whoever wrote the settings)
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from features import sql
from features.door import CODE, REASON
from features.sources import Rows
from features.texts import ROW

_OWN = ("source", "row", "code", "reason")


def counted(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many rows of the table ``staged`` are rejected, by code."""
    query = f"SELECT {CODE}, count(*) FROM staged WHERE {CODE} IS NOT NULL GROUP BY ALL ORDER BY ALL"
    return {str(code): int(count) for code, count in connection.execute(query).fetchall()}


def set_aside(
    connection: duckdb.DuckDBPyConnection, name: str, rows: Rows, rejected: Mapping[str, int], folder: Path
) -> Path | None:
    """Write the rejected rows of a source beside their reasons; a file of an earlier run never outlives its run."""
    file = folder / f"{name}.csv"
    file.unlink(missing_ok=True)
    if not rejected:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    raw = [f"rows.{sql.name(column)} AS {sql.name(_free(column))}" for column in rows.columns]
    connection.execute(
        f"""
        COPY (
            SELECT {sql.literal(name)} AS source, {ROW} AS row, {CODE} AS code, {REASON} AS reason, {", ".join(raw)}
            FROM staged JOIN rows USING ({ROW})
            WHERE {CODE} IS NOT NULL
            ORDER BY {ROW}
        ) TO {sql.literal(str(file))} (FORMAT csv, HEADER)
        """
    )
    return file


def _free(column: str) -> str:
    return f"{column}_" if column.lower() in _OWN else column
