"""Tables that are read as one: the lines of orders with the orders that they belong to."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from features import sql
from features.onboarding.facts.column import Column
from features.onboarding.facts.table import Table
from features.onboarding.parts.parts import Parts, parts_of
from features.onboarding.question import Question
from features.onboarding.together.values import contained

_MOST, _SOME = 0.95, 0.5  # of the keys of lines are those of orders
_MOMENTS = ("order_time", "time", "sent_time")
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
    """The tables, with each table of lines that tells no customer or no moment joined to its orders."""
    rest, found = list(tables), []
    for lines in tables:
        link = max(_links(lines, rest), key=lambda link: link.share, default=None)
        if link is not None:
            found.append(join(link))
            rest = [table for table in rest if table not in (link.lines, link.orders)]
    return [*found, *rest]


def _links(lines: Table, tables: Sequence[Table]) -> Iterator[Link]:
    """The orders that a table of lines may belong to; none when it tells customer and moment itself."""
    parts = parts_of(lines)
    if lines not in tables or _tells_all(parts) or not parts.get(*_OF_LINES):
        return
    for orders in tables:
        others = parts_of(orders)
        if orders is lines or not _tells_all(others):
            continue
        for order_key in _keys(orders, others):
            for line_key in _line_keys(lines, parts, order_key):
                share = contained(lines, line_key, orders, order_key)
                if share >= _SOME:
                    yield Link(lines, orders, line_key, order_key, share)


def _tells_all(parts: Parts) -> bool:
    return parts.get("customer", "email", "phone") is not None and parts.get(*_MOMENTS) is not None


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
        query=query.format(lines=lines.quoted(), orders=orders.quoted()),
        parts={orders.name: orders, lines.name: lines},
        notes=[*orders.notes, *lines.notes, note],
        questions=[*orders.questions, *lines.questions, *_questions(link)],
    )  # fmt: skip


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
    taken = {name.lower() for name in link.lines.columns}
    new = {name: f"{link.orders.name}_{name}" for name in link.orders.columns if name.lower() in taken}
    new.pop(link.order_key.name, None)
    return new if link.order_key.name == link.line_key.name else {link.order_key.name: link.line_key.name, **new}


def _questions(link: Link) -> list[Question]:
    if link.share >= _MOST:
        return []
    own, other = f"{link.lines.name}.{link.line_key.name}", f"{link.orders.name}.{link.order_key.name}"
    text = f"only {link.share:.0%} of the values of {own} are among those of {other}: is that what joins them?"
    return [Question("join", text, [f"({own} = {other})"], "query")]
