"""A first ``stamkund.yaml`` from the files someone has: what their columns seem to mean, and where that is unsure."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from features import sql
from features.errors import StamkundError
from features.events.kinds import kind_in_name
from features.events.tables import Table
from features.ingest.sources.files import find_files
from features.onboarding.columns import Columns, guess_columns, guess_table, plain_name
from features.onboarding.doubts import doubts
from features.onboarding.proposal import Guess, as_yaml
from features.onboarding.samples import first_middle_last, sample, shape


def guess(paths: Sequence[Path], *, home: Path = Path()) -> str:
    """A commented ``stamkund.yaml`` for these files and folders; what it could not tell stands in its comments.

    ``home`` is the folder that it is meant for. A folder whose files have the same columns is one source.
    """
    if not paths:
        msg = "Name the files to look at: stamkund init orders.csv customers.csv"
        raise StamkundError("no_files", msg)
    return as_yaml([source for path in paths for source in _guess_path(path)], home)


def guess_source(place: Path, files: Sequence[Path]) -> Guess:
    """What a file seems to hold, or a folder of ``files`` of one shape, from names and values of its columns."""
    with duckdb.connect() as connection:
        columns = sample(connection, files)
        notes = _notes(connection, files)
        table = guess_table(columns)
        if table is None:
            return Guess(place, files, None, {}, None, [_no_table(columns)], tuple(columns), notes)
        mapping = guess_columns(table, columns)
        kind, kind_doubts = _guess_kind([place, *files], table, mapping, columns)
        all_doubts = [*kind_doubts, *doubts(connection, table, mapping, columns)]
        currencies = _currencies(connection, mapping.get("currency"))
    names = {name.lower() for name in mapping.values()}
    unused = [name for name in columns if name.lower() not in names]
    return Guess(place, files, table, mapping, kind, all_doubts, unused, notes, currencies)


def _guess_path(path: Path) -> list[Guess]:
    """A guess for a file, for a folder of files of one shape, or for each file of another folder."""
    files = find_files(str(path), field="init")
    if not path.is_dir():
        return [guess_source(file, [file]) for file in files]
    if len({shape(file) for file in files}) == 1:
        return [guess_source(path, files)]
    first, *rest = [guess_source(file, [file]) for file in files]
    note = (
        f"The files in {path} have different columns, so each is a source, and files that come later are not read: "
        "give those with the same columns a folder of their own."
    )
    return [replace(first, notes=[note, *first.notes]), *rest]


def _notes(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> list[str]:
    """What of several files was looked at."""
    if len(files) == 1:
        return []
    rows, count = sql.row_count(connection, "rows"), len(first_middle_last(files))
    return [f"{len(files)} files with the same columns, guessed from {rows:,} rows of {count} of them"]


def _guess_kind(
    places: Sequence[Path], table: Table, mapping: Mapping[str, str], columns: Columns
) -> tuple[str | None, list[str]]:
    """What happened in the rows, by the name of their folder, else of their file; and the doubts about it."""
    if table != "events" or "kind" in mapping:
        return None, []
    for place in places:
        if kind := kind_in_name(plain_name(place.resolve().name)):
            return kind, []
    if {"order_id", "value"} & set(mapping):
        return "order", ["the kind: its rows seem to be orders, because they have an order or an amount"]
    return "visit", [f"the kind: nothing in {', '.join(columns)} tells what its rows are; order, view, contact, …?"]


def _currencies(connection: duckdb.DuckDBPyConnection, name: str | None) -> dict[str, int]:
    """How many rows name which currency."""
    if name is None:
        return {}
    code = f"upper(trim(CAST({sql.name(name)} AS VARCHAR)))"
    query = f"SELECT {code}, count(*) FROM rows WHERE regexp_full_match({code}, '[A-Z]{{3}}') GROUP BY ALL ORDER BY ALL"
    return {str(code): int(count) for code, count in connection.execute(query).fetchall()}


def _no_table(columns: Columns) -> str:
    return f"neither a customer and a time, nor a key of items, customers or offers is among {', '.join(columns)}"
