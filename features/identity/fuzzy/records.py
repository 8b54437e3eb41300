"""Records of customers, written alike, as a table in DuckDB."""

# ruff: noqa: S608  (of our own names)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import duckdb
import polars as pl

from features import sql
from features.config.sections.fuzzy import Kind
from features.errors import StamkundError

ID: Final = "customer_id"
RECORDS: Final = "records"
NAMES: Final = "names"  # forename, surname and whole name are one piece of evidence: they depend on each other


@dataclass(frozen=True)
class Part:
    """One piece of evidence: its ``kind``, what it is called in the table, and the company's columns that it is of."""

    kind: Kind
    name: str
    columns: tuple[str, ...]


def parts_of(columns: Mapping[str, Kind]) -> list[Part]:
    """The pieces of evidence that columns of these kinds give.

    >>> [part.name for part in parts_of({"first": "forename", "last": "surname", "born": "date", "city": "text"})]
    ['names', 'date_2', 'text_3']
    """
    names = tuple(name for name, kind in columns.items() if kind in ("name", "forename", "surname"))
    others = [
        Part(kind, f"{kind}_{place}", (name,))
        for place, (name, kind) in enumerate(columns.items())
        if name not in names
    ]
    return [Part("name", NAMES, names), *others] if names else others


def write_records(
    connection: duckdb.DuckDBPyConnection,
    customers: pl.DataFrame,
    columns: Mapping[str, Kind],
) -> None:
    """Make the table: a customer a row, the evidence in small letters without accents."""
    missing = [name for name in (ID, *columns) if name not in customers.columns]
    if missing:
        raise StamkundError.unknown("unknown_column", "column", missing[0], customers.columns, field="columns")
    connection.register("customers", customers.select(ID, *columns).to_arrow())
    by_kind = {kind: _alike(name) for name, kind in columns.items()}
    parts = [f"{_alike(part.columns[0], part.kind)} AS {part.name}" for part in parts_of(columns) if part.name != NAMES]
    connection.execute(f"""
        CREATE OR REPLACE TABLE {RECORDS} AS
        SELECT {ID} AS unique_id, {", ".join([*_names(by_kind), *parts])}
        FROM customers ORDER BY unique_id
    """)
    connection.unregister("customers")


def _names(by_kind: Mapping[Kind, str]) -> list[str]:
    """The columns of a person's name: its parts, both together, the whole, and its words, whatever their order."""
    if not by_kind.keys() & {"name", "forename"}:
        return []
    forename = by_kind.get("forename") or f"split_part({by_kind['name']}, ' ', 1)"
    surname = by_kind.get("surname") or f"split_part({by_kind['name']}, ' ', -1)"
    both = f"{forename} || ' ' || {surname}"
    whole = by_kind.get("name", f"nullif(concat_ws(' ', {forename}, {surname}), '')")
    words = rf"list_distinct(string_split(regexp_replace({whole}, '[^\p{{L}}\p{{N}} ]', '', 'g'), ' '))"
    return [
        f"{forename} AS forename", f"{surname} AS surname", f"{both} AS both_names", f"{whole} AS whole_name",
        f"list_filter({words}, lambda word: len(word) > 1) AS words",
    ]  # fmt: skip


def _alike(column: str, kind: Kind = "text") -> str:
    text = rf"trim(regexp_replace(strip_accents(lower(CAST({sql.name(column)} AS VARCHAR))), '\s+', ' ', 'g'))"
    return f"nullif(substr({text}, 1, 10), '')" if kind == "date" else f"nullif({text}, '')"
