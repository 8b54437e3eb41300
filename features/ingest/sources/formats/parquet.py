"""Parquet files: every value keeps its type."""

# ruff: noqa: S608  (paths are quoted)
from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from features import sql


def relation_of(paths: Sequence[Path]) -> str:
    """The SQL that reads the files, column by column name; bytes are read as texts, and must be UTF-8."""
    files = f"read_parquet({sql.files(paths)}, union_by_name = true)"
    texts = [sql.name(name) for name, type_ in columns_of(files).items() if type_ == "BLOB"]
    replaced = ", ".join(f"decode({name}) AS {name}" for name in texts)
    return f"(SELECT * REPLACE ({replaced}) FROM {files})" if texts else files


def columns_of(relation: str) -> dict[str, str]:
    """The columns that some SQL reads, and their types."""
    with duckdb.connect() as connection:
        return sql.describe(connection, f"SELECT * FROM {relation}")


def row_counts(connection: duckdb.DuckDBPyConnection, paths: Sequence[Path]) -> dict[Path, int]:
    """How many rows each of the files has."""
    query = f"SELECT file_name, num_rows FROM parquet_file_metadata({sql.files(paths)})"
    return {Path(name): int(rows) for name, rows in connection.execute(query).fetchall()}
