"""The join of lines with their orders, as a table and as the query of a source."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from features import sql
from features.onboarding.facts.column import Column
from features.onboarding.facts.question import Question
from features.onboarding.facts.table import Table

_MOST = 0.95  # of the keys of lines are those of orders


@dataclass(frozen=True)
class Link:
    """Lines and their orders, the columns that tell which belongs to which, and the share of lines' keys that do."""

    lines: Table
    orders: Table
    line_key: Column
    order_key: Column
    share: float


def join(link: Link) -> Table:
    """The lines with what their orders tell beside them; orders without lines stay, and lines without orders."""
    lines, orders = link.lines, link.orders
    left, right = _side(link, lines, {}), _side(link, orders, _renames(link))
    query = f"SELECT *\nFROM {left}\nFULL JOIN {right}\nUSING ({link.line_key.sql})"
    raw = sql.name(f"joined {lines.name}")
    names = {"lines": lines.raw, "orders": orders.raw}
    lines.connection.execute(f"CREATE OR REPLACE TABLE {raw} AS {query.format(**names)}")
    note = f"the rows of {lines.name} belong to those of {orders.name} by {link.line_key.name}"
    return Table.of(
        lines.connection, orders.name, orders.place, [*orders.files, *lines.files], raw,
        query=query.format(lines=_operand(lines), orders=_operand(orders)),
        parts={**_parts(orders), **_parts(lines)},
        notes=[*orders.notes, *lines.notes, note],
        questions=[*orders.questions, *lines.questions, *_questions(link)],
    )  # fmt: skip


def _operand(table: Table) -> str:
    """A table as the operand of a query: its name, or the query that makes it."""
    return f"({table.query})" if table.query else table.quoted()


def _parts(table: Table) -> dict[str, Table]:
    return dict(table.parts) or {table.name: table}


def _side(link: Link, table: Table, renames: dict[str, str]) -> str:
    """One side of the join; its columns are renamed where both sides have one of a name, and keys made texts."""
    place = "{lines}" if table is link.lines else "{orders}"
    changes = [f"{sql.name(name)} AS {sql.name(new)}" for name, new in renames.items()]
    key = link.line_key if table is link.lines else link.order_key
    text = (
        f" REPLACE (CAST({key.sql} AS VARCHAR) AS {key.sql})"
        if link.line_key.is_number != link.order_key.is_number
        else ""
    )
    if not changes and not text:
        return place
    renamed = f" RENAME ({', '.join(changes)})" if changes else ""
    return f"(SELECT *{renamed} FROM {f'(SELECT *{text} FROM {place})' if text else place})"


def _renames(link: Link) -> dict[str, str]:
    """The new names of the orders' columns: of their key, and of those that lines have, too."""
    taken = {name.lower() for name in (*link.lines.columns, *link.orders.columns)}
    own = {name.lower() for name in link.lines.columns}
    new: dict[str, str] = {}
    for name in link.orders.columns:
        if name.lower() in own and name != link.order_key.name:
            new[name] = _free_name(f"{link.orders.name}_{name}", taken)
            taken.add(new[name].lower())
    return new if link.order_key.name == link.line_key.name else {link.order_key.name: link.line_key.name, **new}


def _free_name(name: str, taken: Collection[str]) -> str:
    while name.lower() in taken:
        name += "_2"
    return name


def _questions(link: Link) -> list[Question]:
    if link.share >= _MOST:
        return []
    own, other = f"{link.lines.name}.{link.line_key.name}", f"{link.orders.name}.{link.order_key.name}"
    text = f"only {link.share:.0%} of the values of {own} are among those of {other}: is that what joins them?"
    return [Question("join", text, [f"({own} = {other})"], "query")]
