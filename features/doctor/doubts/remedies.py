"""Remedies as they are written in ``stamkund.yaml``."""

from __future__ import annotations

import re
from collections.abc import Iterable

import yaml

from features import sql, sql_tree
from features.ingest.sources.column_types import find_column


def setting(key: str, value: object) -> str:
    """A key with its value, quoted as YAML asks for.

    >>> print(setting("where", "status <> 'cancelled'"), setting("formats", {"Tag": "%d.%m.%Y"}), sep=chr(10))
    where: status <> 'cancelled'
    formats: {Tag: '%d.%m.%Y'}
    """
    flow = isinstance(value, (dict, list))
    text: str = yaml.safe_dump(
        value if flow else {key: value}, default_flow_style=flow, width=10_000, allow_unicode=True
    )
    return f"{key}: {text.strip()}" if flow else text.strip()


def operand(text: str, columns: Iterable[str]) -> str:
    """What maps a column, for use in an expression: the name of one of the source's columns, or an expression itself.

    >>> [operand(text, ["who", "at", "net value"]) for text in ("who", "at", "net value", "a + b")]
    ['who', '"at"', '"net value"', '(a + b)']
    """
    own = find_column(text, columns)
    if own is None:
        return f"({text})"
    return own if re.fullmatch(r"[a-z_]\w*", own) and _is_column(own) else sql.name(own)


def _is_column(name: str) -> bool:
    try:
        return sql_tree.columns_of(name) == {name}
    except ValueError:  # a word of SQL
        return False
