"""The table that a file of an export holds: the fields of its rows under the headers of the system."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from zlib import crc32

from benchmarks.onboarding.company.fields import Row
from benchmarks.onboarding.company.rows import KINDS
from benchmarks.onboarding.company.world import World
from benchmarks.onboarding.export import Dialect
from benchmarks.onboarding.tree import Node
from benchmarks.onboarding.writing.texts import Moment, Money

Table = list[dict[str, object]]


def rows_of(world: World, node: Node) -> list[Row]:
    """The rows of a file: of its kind (``rows``), those that its ``only`` names."""
    only: Mapping[str, Any] = node.get("only", {})
    return [row for row in KINDS[node["rows"]](world) if all(str(row[k]) in _texts(v) for k, v in only.items())]


def table(world: World, node: Node) -> Table:
    """The table of a file, its values typed: texts, whole numbers, :class:`Money`, :class:`Moment`.

    Columns that are not among those of ``repeat`` stand on the first line of an order only.

    >>> from benchmarks.onboarding.company.plan import Plan
    >>> columns = {"No": "#{number}", "Sum": "{total}", "Paid": ["yes"], "By": "{time:%d.%m.}"}
    >>> node = {"rows": "orders", "columns": columns}
    >>> table(World.of(Plan(orders=1)), node)
    [{'No': '#1001', 'Sum': 1290, 'Paid': 'yes', 'By': '19.02.'}]
    """
    rows = [_shown(world, node, row) for row in rows_of(world, node)]
    return sorted(rows, key=lambda row: crc32(repr(row).encode())) if world.plan.shuffled else rows


def _shown(world: World, node: Node, row: Row) -> dict[str, object]:
    blank = "repeat" in node and row.get("place", 1) != 1
    repeat = node.get("repeat", ())
    return {
        name: "" if blank and name not in repeat else value(world, spec, row) for name, spec in node["columns"].items()
    }


def value(world: World, spec: Any, row: Row) -> object:
    """What a column shows of a row: a template, one of a list, a word for a field's value, or rows of its own."""
    if isinstance(spec, list):
        return spec[crc32(f"{row.get('number')}{spec}".encode()) % len(spec)]
    if isinstance(spec, dict) and "rows" in spec:
        key = "event" if "event" in row else "number"
        mine = [inner for inner in rows_of(world, spec) if inner[key] == row[key]]
        return [_shown(world, spec, inner) for inner in mine]
    if isinstance(spec, dict):
        return value(world, spec[str(row[spec["of"]])], row)
    if not isinstance(spec, str):
        return spec
    whole = re.fullmatch(r"\{(-?)(\w+)\}", spec)
    if not whole:
        return _filled(spec, row)
    field = row[whole[2]]
    return Money(-field) if whole[1] and isinstance(field, Money) else field


def _filled(template: str, row: Row) -> str:
    """The template with its fields; an empty field makes the whole empty."""
    for name in re.findall(r"\{(\w+)", template):
        if row[name] == "":
            return ""
    return template.format(**row)


def written(value: object, dialect: Dialect) -> str:
    """A value as a text file has it."""
    if isinstance(value, Moment):
        return format(value, dialect.time)
    if isinstance(value, Money):
        return format(value, dialect.numbers)
    return dialect.missing if value in ("", None) else str(value)


def months(table: Table, overlap: int) -> Iterator[tuple[str, Table]]:
    """The rows of each calendar month by their first moment, below the last ones of the month before."""
    last: Table = []
    for month in sorted({_month(row) for row in table}):
        rows = [row for row in table if _month(row) == month]
        yield month, last + rows
        last = rows[len(rows) - overlap :]


def _month(row: Row) -> str:
    return f"{next(value for value in row.values() if isinstance(value, Moment)):%Y-%m}"


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]
