"""Rows as JSON documents: a name with points leads into an object, rows of their own become a list."""

from __future__ import annotations

from typing import Any

from benchmarks.onboarding.export import Dialect
from benchmarks.onboarding.writing.table import written
from benchmarks.onboarding.writing.texts import Moment, Money


def document(row: dict[str, object], dialect: Dialect) -> dict[str, Any]:
    """A JSON document of a row; `a.b` is b in a.

    >>> document({"id": 1, "by.name": "Anna", "by.zip": ""}, Dialect())
    {'id': 1, 'by': {'name': 'Anna', 'zip': None}}
    """
    result: dict[str, Any] = {}
    for name, value in row.items():
        *path, leaf = name.split(".")
        place = result
        for step in path:
            place = place.setdefault(step, {})
        place[leaf] = (
            [document(inner, dialect) for inner in value] if isinstance(value, list) else _plain(value, dialect)
        )
    return result


def _plain(value: object, dialect: Dialect) -> object:
    """A JSON value: an amount in whole cents or as the dialect writes it, epochs as numbers."""
    if value == "":
        return None
    if isinstance(value, Money) and dialect.numbers in {"cents", "number"}:
        return int(value) if dialect.numbers == "cents" else int(value) / 100
    if isinstance(value, Moment) and dialect.time.startswith("epoch"):
        return int(format(value, dialect.time))
    return written(value, dialect) if isinstance(value, Money | Moment) else value


def wrapped(rows: list[dict[str, Any]], wrap: str | None) -> object:
    """The documents as a list, or as the list under a key."""
    return {wrap: rows} if wrap else rows
