"""What makes rows one order: an id, an id and its day, or a customer and a moment."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from features.onboarding.facts.column import Column
from features.onboarding.facts.question import Question
from features.onboarding.facts.table import Table
from features.onboarding.meaning.times import Moment
from features.onboarding.proposal.choice import Choice
from features.onboarding.roles.dependence import dependence
from features.onboarding.roles.roles import Roles

_CONSISTENT = 0.99  # of the orders have one customer
_SHARED = 0.01  # of the rows share customer and moment with another one, so that they are lines of one basket
_MANY_SHARED = 0.3


@dataclass(frozen=True)
class Orders:
    """What orders are in a table: the SQL expressions whose values together name one; none where each row is one.

    ``lines``: whether some orders have several rows; ``settings`` are the keys as expressions of the settings, and
    ``tie`` orders the lines of an order there.
    """

    keys: tuple[str, ...]
    lines: bool
    choice: Choice = field(default_factory=Choice)
    settings: tuple[str, ...] = ()
    tie: str = ""

    @property
    def key(self) -> str:
        """The keys as they stand in SQL's PARTITION BY or GROUP BY."""
        return ", ".join(self.keys)


def orders(table: Table, roles: Roles, customer: Column, time: Moment) -> Orders:
    """What makes rows of a table one order."""
    order = roles.get("order")
    found = _named(table, roles, order, customer, time) if order else _unnamed(table, roles, customer, time)
    tie = [column.sql for column in roles.all("line", "item", "item_name", "quantity", "unit_price")]
    setting = found.choice.columns.get("order_id", "")
    key = setting if setting not in table.columns else table.columns[setting].sql
    return replace(found, settings=(key,), tie=", ".join(tie or [customer.sql]))


def _named(table: Table, roles: Roles, order: Column, customer: Column, time: Moment) -> Orders:
    """Orders that have an id; where it starts anew, it names them together with what it starts anew with."""
    who, number = table.text(customer), table.text(order)
    if order.is_unique:
        return Orders((number,), lines=False, choice=Choice({"order_id": order.name}))
    if dependence(table, [number], who) >= _CONSISTENT:
        return Orders((number,), lines=True, choice=Choice({"order_id": order.name}))
    day = f"CAST({table.moment(time.column)} AS DATE)"
    store = roles.get("store")
    places = [(store.sql, table.text(store))] if store else []
    for more in ([(time.day, day)], places, [*places, (time.day, day)]):
        keys = (number, *(key for _, key in more))
        if more and dependence(table, keys, who) >= _CONSISTENT:
            expression = f"concat_ws(' ', {', '.join([order.sql, *(text for text, _ in more)])})"
            note = f"the numbers of {order.name} come again for other customers, so that more than they name an order"
            return Orders(keys, lines=_repeat(table, keys), choice=Choice({"order_id": expression}, notes=[note]))
    keys = (number, who, day)
    expression = f"concat_ws(' ', {order.sql}, {customer.sql}, {time.day})"
    text = f"the values of {order.name} belong to several customers each: are they ids of orders?"
    question = Question("order_id", text, [f"order_id: {expression}", f"order_id: {order.name}"], "columns.order_id")
    return Orders(keys, lines=_repeat(table, keys), choice=Choice({"order_id": expression}, questions=[question]))


def _unnamed(table: Table, roles: Roles, customer: Column, time: Moment) -> Orders:
    """Rows without an order's id: those of one customer at one moment are one basket, where rows are products."""
    keys = (table.text(customer), *(table.text(column) for column in time.columns))
    (different,) = table.counts(f"count(DISTINCT ({', '.join(keys)}))")
    shared = 1 - different / max(table.rows, 1)
    products = roles.get("item", "item_name", "quantity", "unit_price", "line_amount") is not None
    if shared == 0 or not (products or shared >= _SHARED):
        return Orders((), lines=False)
    expression = f"concat_ws(' ', {', '.join(column.sql for column in (customer, *time.columns))})"
    basket = f"order_id: {expression}"
    if products and (not time.is_day or shared >= _MANY_SHARED):
        note = "no column names the order: the rows of a customer at one moment are taken for one"
        return Orders(keys, lines=True, choice=Choice({"order_id": expression}, notes=[note]))
    rows = f"{table.rows - different:,} rows share customer and moment with another one"
    text = f"no column names the order, and {rows}: one order, or several?"
    if shared >= _MANY_SHARED:
        question = Question("order_id", text, [basket, "(each row an order: leave order_id out)"], "columns.order_id")
        return Orders(keys, lines=True, choice=Choice({"order_id": expression}, questions=[question]))
    question = Question("order_id", text, ["(each row an order: leave order_id out)", basket], "columns.order_id")
    return Orders((), lines=False, choice=Choice(questions=[question]))


def _repeat(table: Table, keys: tuple[str, ...]) -> bool:
    (different,) = table.counts(f"count(DISTINCT ({', '.join(keys)}))")
    return different < table.rows
