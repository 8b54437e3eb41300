"""A table of orders, or of their lines, as a source of orders."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from features import sql_tree
from features.onboarding.facts.column import Column
from features.onboarding.facts.table import Table
from features.onboarding.knowledge.currencies import currency_in_name
from features.onboarding.meaning.customers import customer
from features.onboarding.meaning.states import states
from features.onboarding.meaning.times import moment
from features.onboarding.orders.amounts import Amount
from features.onboarding.orders.guesses import unknown_amount
from features.onboarding.orders.levels import level
from features.onboarding.orders.order_ids import orders
from features.onboarding.orders.refunds import refunds
from features.onboarding.orders.worth import worth
from features.onboarding.proposal.choice import Choice, Draft
from features.onboarding.roles.roles import Roles

# What an order's row may tell besides, and the roles that tell it.
_OF_LINES = {"item_id": ("item", "item_name"), "category": ("category",), "quantity": ("quantity",)}
_OF_ORDERS = {"channel": ("channel",), "offer_id": ("offer",), "campaign_id": ("campaign",), "session_id": ("session",)}


def order_drafts(table: Table, roles: Roles, *, kind: str = "order") -> list[Draft]:
    """A table's rows as orders (or as refunds), and as refunds what a column beside the amount gives back."""
    who, when = customer(table, roles), moment(table, roles, of_order=True)
    if who is None or when is None:
        return []
    bought = orders(table, roles, who[0], when)
    paid = worth(table, roles, bought)
    amount = paid.amount if paid else None
    value = (
        Choice({"value": amount.setting}, questions=paid.questions, notes=paid.notes) if paid and amount else Choice()
    )
    back = refunds(table, roles, amount) if kind == "order" else None
    choice = (back.choice if back else Choice()) + who[1] + when.choice + bought.choice + value
    choice += states(table, roles, refunds=back.condition if back else None) if kind == "order" else Choice()
    choice += Choice(questions=unknown_amount(table, roles) if amount is None else [])
    whole_orders = amount is not None and amount.level != "row" and bought.lines
    choice += _others(roles, amount, _OF_ORDERS if whole_orders else {**_OF_LINES, **_OF_ORDERS})
    if back is not None:
        choice = back.refer(roles, who[0], choice.columns.get("order_id")) + choice
    if kind == "refund" and amount is not None:
        choice = Choice({"value": f"abs({amount.operand})"}) + choice
    draft = Draft(table, "events", choice, None if "kind" in choice.columns else kind)
    back_drafts = [
        _one_row_an_order(refund) if bought.lines and level(table, bought, column) != "row" else refund
        for refund, column in _given_back(draft, roles)
    ]
    return [_one_row_an_order(draft) if whole_orders else draft, *back_drafts]


def _others(roles: Roles, amount: Amount | None, wanted: Mapping[str, tuple[str, ...]]) -> Choice:
    """What else the rows tell, where a column is named for it."""
    found: dict[str, str] = {}
    for name, telling in wanted.items():
        column = roles.get(*telling)
        if column is not None:
            found[name] = f"abs({column.sql})" if name == "quantity" and column.negative else column.name
    currency = roles.get("currency")
    codes = currency is not None and all(len(word) == 3 for word in currency.common)
    if currency is not None and codes and not (amount and currency_in_name(amount.setting)):
        found["currency"] = currency.name
    event_id = _event_id(roles)
    return Choice({**({"event_id": event_id.name} if event_id else {}), **found})


def _event_id(roles: Roles) -> Column | None:
    """A column that names each row, apart from the order."""
    named = [column for column in roles.all("line", "row_id") if column.is_unique]
    return next((column for column in named if roles.get("order") is not column), None)


def _one_row_an_order(draft: Draft) -> Draft:
    """The source of one row an order, of a table that tells each order's amount on all of its rows."""
    table, operands = draft.table, list(_operands(draft))
    names = ", ".join(dict.fromkeys(column.sql for column in table.columns.values() if column.name.lower() in operands))
    of = f"({table.query})" if table.query else table.quoted()
    query = f"SELECT DISTINCT {names} FROM {of}"  # noqa: S608  (names are quoted)
    note = "every row of an order tells the amount of the whole order, so that one row an order is read"
    return replace(draft, table=replace(table, query=query)).adding(Choice(notes=[note]))


def _operands(draft: Draft) -> Iterator[str]:
    """The columns that a draft's settings name, in small letters."""
    for text in (*draft.choice.columns.values(), *draft.choice.where):
        if text in draft.table.columns:
            yield text.lower()
        else:
            yield from (name.lower() for name in sql_tree.columns_of(text))


def _given_back(draft: Draft, roles: Roles) -> list[tuple[Draft, Column]]:
    """What a column beside the amount says was given back, as refunds; with the orders' other settings."""
    column = next(
        (c for c in roles.all("refund") if c.is_number and not c.is_boolean and (c.low, c.high) != (0.0, 0.0)), None
    )
    if column is None or draft.kind != "order":
        return []
    kept = {name: text for name, text in draft.choice.columns.items() if name in {"id", "time", "order_id", "currency"}}
    when = roles.get("refund_time")
    if when is not None and when.is_time:
        kept["time"] = when.name
    cents = " / 100.0" if draft.choice.columns.get("value", "").endswith(" / 100.0") else ""
    columns = {**kept, "value": f"abs({column.sql}){cents}"}
    where = [*draft.choice.where, f"abs({column.sql}) > 0"]
    note = f"{column.name} tells what was given back"
    return [(Draft(draft.table, "events", Choice(columns, where, notes=[note]), "refund", "_refunds"), column)]
