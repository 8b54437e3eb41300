"""Each row of a source has its number, from 1, in the order in which the rows stand in its files."""

from __future__ import annotations

from pathlib import Path

import duckdb

from features.ingest.sources.formats.form import Form
from features.ingest.sources.formats.places import ROW
from features.ingest.sources.loading import append, load
from features.ingest.sources.tables import open_tables


def test_rows_of_several_files_are_numbered_one_behind_the_other(tmp_path: Path) -> None:
    rows = [f"{'k' * 50}{n}" for n in range(400_000)]  # more than one thread reads, and more than one row group holds
    (tmp_path / "a.csv").write_text("key,paid\n" + "".join(f"{row},1\n" for row in rows[:250_000]) + "Total,250000\n")
    (tmp_path / "b.csv").write_text("key,paid\n" + "".join(f"{row},1\n" for row in rows[250_000:]))
    with duckdb.connect() as connection:
        (first,) = open_tables(tmp_path / "a.csv", Form(footer=1), scratch=tmp_path)
        (second,) = open_tables(tmp_path / "b.csv", scratch=tmp_path)
        load(connection, first, "rows")
        append(connection, second, "rows")
        numbered = connection.execute(f"SELECT {ROW}, key FROM rows ORDER BY {ROW}").fetchall()  # noqa: S608
    assert numbered == list(enumerate(rows, 1))


def test_a_column_that_is_called_as_a_database_calls_its_own_numbers_stays_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("RowID,paid\nr7,1\nr9,2\n")
    with duckdb.connect() as connection:
        (table,) = open_tables(tmp_path / "a.csv", scratch=tmp_path)
        load(connection, table, "rows")
        append(connection, table, "rows")
        rows = connection.execute(f'SELECT {ROW}, "RowID" FROM rows ORDER BY {ROW}').fetchall()  # noqa: S608
    assert rows == [(1, "r7"), (2, "r9"), (3, "r7"), (4, "r9")]
