"""What an SQL text reads: its tables and columns, from DuckDB's own parser; the text is not run."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache


def tables_of(query: str) -> frozenset[str]:
    """The tables a query reads that it does not define itself.

    >>> sorted(tables_of("WITH z AS (SELECT * FROM a) SELECT * FROM z JOIN b USING (id)"))
    ['a', 'b']
    """
    tree = _tree(query)
    own = {entry.lower() for node in _nodes(tree) for entry in _ctes(node)}
    read = {str(node["table_name"]) for node in _nodes(tree) if node.get("type") == "BASE_TABLE"}
    return frozenset(table for table in read if table.lower() not in own)


def columns_of(expression: str) -> frozenset[str]:
    """The columns an expression reads.

    >>> sorted(columns_of("retail_disc + coalesce(coupon_disc, 0)"))
    ['coupon_disc', 'retail_disc']
    """
    nodes = _nodes(_tree(f"SELECT ({expression}\n)"))
    read = [node["column_names"] for node in nodes if node.get("class") == "COLUMN_REF"]
    return frozenset(str(path[-1]) for path in read if isinstance(path, list))


def replace_casts(expression: str, functions: Mapping[str, str]) -> str:
    """The expression with each cast to a type, but of a constant, as a call of a function; TRY_CAST calls ``try_…``.

    >>> replace_casts("a::DATE + 1", {"date": "day"}), replace_casts("TRY_CAST(a AS DATE)", {"date": "day"})
    ('("day"(a) + 1)', 'try_day(a)')
    """
    tree = _tree(f"SELECT ({expression}\n)")
    casts = [node for node in _nodes(tree) if node.get("class") == "CAST" and _cast_type(node) in functions]
    if not casts:
        return expression
    for cast in casts:
        name, child = functions[_cast_type(cast)], cast["child"]
        call = next(_nodes_of(_tree(f"SELECT {'try_' if cast['try_cast'] else ''}{name}(x)"), "FUNCTION"))
        call["arguments"] = [{"name": "", "expression": child}]
        cast.clear()
        cast.update(call)
    from duckdb import connect  # noqa: PLC0415  (whoever only answers does without it)

    with connect() as connection:
        row = connection.execute("SELECT json_deserialize_sql(?::JSON)", [json.dumps(tree)]).fetchone()
    return str(row[0]).removeprefix("SELECT ") if row else expression


def _cast_type(cast: Mapping[str, object]) -> str:
    """The type of a cast in lower case; empty for one of a constant."""
    child, type_ = cast.get("child"), cast.get("type_expr")
    constant = isinstance(child, dict) and child.get("class") == "CONSTANT"
    return str(type_.get("type_name", "")).lower() if isinstance(type_, dict) and not constant else ""


def _nodes_of(tree: object, class_: str) -> Iterator[dict[str, object]]:
    return (node for node in _nodes(tree) if node.get("class") == class_)


def _tree(statement: str) -> dict[str, object]:
    tree = json.loads(_serialized(statement))
    if tree.get("error_type") in {"parser", "syntax"}:
        raise ValueError(tree.get("error_message"))
    return dict(tree)


@lru_cache  # opening a DuckDB takes ten milliseconds, and every build asks about the same expressions
def _serialized(statement: str) -> str:
    # Apart, so that no error's traceback keeps the connection: it would be leaked, and DuckDB says so at exit.
    from duckdb import connect  # noqa: PLC0415

    with connect() as connection:
        row = connection.execute("SELECT json_serialize_sql(?)", [statement]).fetchone()
    return str(row[0]) if row else "{}"


def _nodes(value: object) -> Iterator[dict[str, object]]:
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from _nodes(part)
    elif isinstance(value, list):
        for part in value:
            yield from _nodes(part)


def _ctes(node: dict[str, object]) -> list[str]:
    ctes = node.get("cte_map")
    entries = ctes.get("map", []) if isinstance(ctes, dict) else []
    return [str(entry["key"]) for entry in entries]
