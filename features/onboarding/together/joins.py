"""Tables that are read as one: the lines of orders with the orders that they belong to."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from features import sql
from features.onboarding.facts.column import Column
from features.onboarding.facts.table import Table
from features.onboarding.parts.parts import Parts, parts_of
from features.onboarding.parts.table_names import is_reference
from features.onboarding.question import Question
from features.onboarding.together.values import contained

_MOST, _SOME = 0.95, 0.5  # of the keys of lines are those of orders
_MOMENTS = ("order_time", "time", "sent_time")
_PEOPLE = ("customer", "email", "phone")
_OF_LINES = (
    *("item", "item_name", "quantity", "line_net", "line_amount", "net", "amount", "total", "subtotal", "gross"),
    *("line_gross", "unit_price", "refund"),
)


@dataclass(frozen=True)
class Link:
    """Lines and their orders, the columns that tell which belongs to which, and the share of lines' keys that do."""

    lines: Table
    orders: Table
    line_key: Column
    order_key: Column
    share: float


def joined(tables: Sequence[Table]) -> list[Table]:
    """The tables, with those that tell customer or moment of an order only together with another one joined to it."""
    rest = list(tables)
    while links := [link for lines in rest for link in _links(lines, rest)]:
        link = max(links, key=lambda link: (not _has_lines(link.lines), link.share))
        rest = [join(link), *(table for table in rest if table not in (link.lines, link.orders))]
    return rest


def _links(lines: Table, tables: Sequence[Table]) -> Iterator[Link]:
    """The orders that a table may belong to: it tells a part of them, and both together tell customer and moment."""
    parts = parts_of(lines)
    if _tells_all(parts) or is_reference(lines) or not parts.get(*_OF_LINES, *_PEOPLE):
        return
    for orders in tables:
        others = parts_of(orders)
        together = any(each.get(*_PEOPLE) for each in (parts, others)) and others.get(*_MOMENTS)
        if orders is lines or is_reference(orders) or not together:
            continue
        for order_key in _keys(orders, others):
            for line_key in _line_keys(lines, parts, order_key):
                share = contained(lines, line_key, orders, order_key)
                if share >= _SOME:
                    yield Link(lines, orders, line_key, order_key, share)


def _has_lines(table: Table) -> bool:
    """Whether a table has several rows an order, or tells what was bought."""
    return parts_of(table).get("item", "item_name", "quantity", "unit_price", "line") is not None


def _tells_all(parts: Parts) -> bool:
    return parts.get(*_PEOPLE) is not None and parts.get(*_MOMENTS) is not None


def _keys(orders: Table, parts: Parts) -> list[Column]:
    """The columns that may name the orders of a table: each row has another value."""
    named = parts.all("order", "row_id")
    free = [column for column in orders.columns.values() if parts.role_of(column) is None and not column.is_time]
    return [column for column in dict.fromkeys([*named, *free]) if column.is_unique]


def _line_keys(lines: Table, parts: Parts, order_key: Column) -> list[Column]:
    """The columns of lines that may hold the orders' key."""
    free = [c for c in lines.columns.values() if parts.role_of(c) is None and not c.is_time and c.decimals == 0]
    alike = [c for c in free if c.name.lower() == order_key.name.lower()]
    return list(dict.fromkeys([*parts.all("order"), *alike, *(c for c in free if not c.is_constant)]))


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
