"""Rows that come twice: months that overlap, exports that were put together."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from features import sql
from features.onboarding.facts.column import Column
from features.onboarding.facts.question import Question
from features.onboarding.facts.table import Table
from features.onboarding.proposal.choice import Choice
from features.onboarding.roles.roles import Roles

_MOST = 0.95  # of the orders that come twice come twice as a whole


def without_repeats(table: Table, roles: Roles) -> tuple[Table, Choice]:
    """The table with each row once, and the event id by which rows that come twice are known; else as it is."""
    raw = sql.name(f"different {table.name}")
    (different,) = table.counts("count(*)", of=f"(SELECT DISTINCT * FROM {table.raw})")
    repeated = table.rows - different
    if not repeated:
        return table, Choice()
    table.connection.execute(f"CREATE OR REPLACE TABLE {raw} AS SELECT DISTINCT * FROM {table.raw}")
    once = Table.of(table.connection, table.name, table.place, table.files, raw)
    once = replace(
        once, options=table.options, notes=table.notes, questions=table.questions, query=table.query,
        parts=table.parts, customer=table.customer, identifiers=table.identifiers,
    )  # fmt: skip
    for setting, columns in _keys(roles):
        own = [once.text(column) for column in columns]
        (keys,) = once.counts(f"count(DISTINCT ({', '.join(own)}))")
        if keys < once.rows:
            continue
        if len(columns) == 1 or _whole_orders(table, roles):
            note = (
                f"{repeated:,} rows come twice: they are known by {', '.join(c.name for c in columns)}, and count once"
            )
            return once, Choice({"event_id": setting}, notes=[note])
        text = f"{repeated:,} rows are the same as another one of their order: do they count once, or each?"
        question = Question("order_id", text, ["(each counts)", f"event_id: {setting}"], "columns.event_id")
        return table, Choice(questions=[question])
    return table, Choice()


def _keys(roles: Roles) -> Iterator[tuple[str, tuple[Column, ...]]]:
    """The columns that may name a row, as a setting."""
    order = roles.get("order")
    for column in [*roles.all("line", "row_id"), *([order] if order else [])]:
        yield column.name, (column,)
    if order is not None:
        for item in roles.all("line", "item", "item_name"):
            yield f"concat_ws(' ', {order.sql}, {item.sql})", (order, item)


def _whole_orders(table: Table, roles: Roles) -> bool:
    """Whether orders that have a row twice have all of their rows as often, as when files overlap."""
    order = roles.get("order")
    if order is None:
        return False
    columns = ", ".join(sql.name(name) for name in table.columns)
    rows = f"SELECT {table.text(order)} AS key, count(*) AS times FROM {table.relation} GROUP BY {columns}, key"
    orders = f"(SELECT min(times) AS least, max(times) AS most, count(*) AS lines FROM ({rows}) GROUP BY key)"
    several = table.share("least = most", among="most > 1 AND lines > 1", of=orders)
    return several >= _MOST
