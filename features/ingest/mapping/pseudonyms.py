"""Identifiers of rows hashed as they are read, where the settings say so: nothing readable goes any further."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import duckdb

from features import sql
from features.config.source import Source
from features.events.kinds import snake_case
from features.events.tables import OTHER_ID, WITH_ATTRIBUTES
from features.ingest.mapping.checks import role_of
from features.privacy.pseudonyms import Pseudonyms

_VALUE, _FIELD, _PROPERTIES = "stamkund_pseudonym", "stamkund_pseudonyms", "stamkund_properties"
_OWN: Final = frozenset({"id", "customer_id"})


def holds_hashed(source: Source, pseudonyms: Pseudonyms | None) -> bool:
    """Whether rows of a source may hold identifiers that are to be hashed."""
    if pseudonyms is None:
        return False
    told = {_type(source, column) for column in source.mapping if _is_identifier(source, column)}
    return "properties" in source.mapping or not told.isdisjoint({None, *pseudonyms.types})


def hashed(
    connection: duckdb.DuckDBPyConnection, source: Source, readings: Mapping[str, str], pseudonyms: Pseudonyms
) -> dict[str, str]:
    """The readings of a source's columns, with pseudonyms in the place of identifiers of hashed types."""
    _create_functions(connection, pseudonyms)
    told = {column: f"CAST({text} AS VARCHAR)" for column, text in readings.items() if _is_identifier(source, column)}
    types = {column: _type_sql(source, column, readings) for column in told}
    now = {column: f"{_VALUE if column in _OWN else _FIELD}({types[column]}, {text})" for column, text in told.items()}
    if "properties" in readings:
        lists = (f"CAST([{', '.join(of.values())}] AS VARCHAR[])" for of in (types, told))
        now["properties"] = f"{_PROPERTIES}(CAST({readings['properties']} AS VARCHAR), {', '.join(lists)})"
    return {**readings, **now}


def _is_identifier(source: Source, column: str) -> bool:
    is_attribute = source.table in WITH_ATTRIBUTES and role_of(source, column) == "attribute"
    return is_attribute or column in _OWN or column.startswith(OTHER_ID)


def _type(source: Source, column: str) -> str | None:
    """The type of identifier in a column, which is the name of an attribute; None where each row tells it."""
    if column in _OWN:
        return None if "id_type" in source.columns else source.id_type
    return column.removeprefix(OTHER_ID) if column.startswith(OTHER_ID) else snake_case(column)


def _type_sql(source: Source, column: str, readings: Mapping[str, str]) -> str:
    id_type = _type(source, column)
    return f"CAST({readings['id_type']} AS VARCHAR)" if id_type is None else sql.literal(id_type)


def _create_functions(connection: duckdb.DuckDBPyConnection, pseudonyms: Pseudonyms) -> None:
    """Make what hashes known to a connection, once."""
    if sql.row_count(connection, f"duckdb_functions() WHERE function_name = {sql.literal(_VALUE)}"):
        return

    def properties(text: str, types: Sequence[str], values: Sequence[str | None]) -> str:
        told = [(id_type, value) for id_type, value in zip(types, values, strict=True) if value is not None]
        return pseudonyms.properties(text, told)

    text, texts = duckdb.sqltype("VARCHAR"), duckdb.list_type(duckdb.sqltype("VARCHAR"))
    connection.create_function(_VALUE, pseudonyms.value, [text, text], text)
    connection.create_function(_FIELD, pseudonyms.values, [text, text], text)
    connection.create_function(_PROPERTIES, properties, [text, texts, texts], text)
