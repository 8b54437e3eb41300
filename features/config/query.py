"""The query of a source, and the tables that it may name."""

from __future__ import annotations

from collections.abc import Mapping

from features import sql_tree
from features.config.locations import is_url
from features.config.source import Source
from features.errors import StamkundError

# Files that hold tables of their own names, which are known only when they are read.
_OF_SEVERAL = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".zip", ".sqlite", ".sqlite3", ".db", ".duckdb", ".json")


def check_query(name: str, source: Source) -> None:
    """Refuse a query over files that names a table which its source does not have; a database checks its own."""
    origin = source.origin
    if source.query is None or (isinstance(origin, str) and (is_url(origin) or origin.startswith("${"))):
        return
    field, tables = f"{name}.query", names_of(name, origin)
    if isinstance(origin, str) and origin.lower().endswith(_OF_SEVERAL):
        return
    try:
        operands = sql_tree.tables_of(source.query)
    except ValueError as error:
        msg = f"This is not a query that DuckDB can read: {error}"
        raise StamkundError("bad_query", msg, field=field) from None
    for table in sorted(operands):
        if table.lower() not in {name.lower() for name in tables}:
            raise StamkundError.unknown("unknown_table", "table", table, tables, field=field)


def names_of(source: str, origin: str | Mapping[str, str]) -> dict[str, str]:
    """The tables that a source's query may name; one location goes by the source's own name.

    >>> names_of("orders", "orders.csv")
    {'orders': 'orders.csv'}
    """
    return {source: origin} if isinstance(origin, str) else dict(origin)
