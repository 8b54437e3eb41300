"""Tables that events refer to: customers, items and offers."""

from __future__ import annotations

from features.events.kinds import snake_case
from features.onboarding.facts.column import Column
from features.onboarding.facts.question import Question
from features.onboarding.facts.table import Table
from features.onboarding.knowledge.value_words import is_total_of_today
from features.onboarding.meaning.customers import identity
from features.onboarding.proposal.choice import Choice, Draft
from features.onboarding.roles.roles import Roles


def customers_draft(table: Table, key: Column) -> Draft:
    """A table with a row a customer; every other column is an attribute, but for totals that only hold today."""
    columns = {"customer_id": identity(key)}
    totals = [column.name for column in table.columns.values() if is_total_of_today(column.name)]
    for column in table.columns.values():
        name = snake_case(column.name)
        if column is not key and column.name not in totals and column.present and name and name not in columns:
            columns[name] = column.name
    left = f"{', '.join(totals)} left out: totals of today would tell yesterday's models what came later"
    choice = Choice(columns, notes=[left] if totals else [])
    return Draft(table, "customers", choice + _repeated(table, key, "customer_id"))


def items_draft(table: Table, roles: Roles, key: Column) -> Draft:
    """A table with a row an item."""
    wanted = {
        "name": roles.get("item_name"),
        "category": roles.get("category"),
        "price": roles.get("unit_price", "amount"),
        "cost": roles.get("cost"),
    }
    columns = {"item_id": key.name} | {
        name: column.name for name, column in wanted.items() if column and column is not key
    }
    return Draft(table, "items", Choice(columns) + _repeated(table, key, "item_id"))


def offers_draft(table: Table, roles: Roles, key: Column) -> Draft:
    """A table with a row an offer."""
    wanted = {
        "name": roles.get("item_name"),
        "campaign_id": roles.get("campaign"),
        "starts": roles.get("start"),
        "ends": roles.get("end"),
        "value": roles.get("amount", "discount"),
        "cost": roles.get("cost"),
    }
    columns = {"offer_id": key.name} | {
        name: column.name for name, column in wanted.items() if column and column is not key
    }
    return Draft(table, "offers", Choice(columns) + _repeated(table, key, "offer_id"))


def _repeated(table: Table, key: Column, name: str) -> Choice:
    missing = table.rows - key.distinct
    if not missing:
        return Choice()
    text = f"{missing:,} rows repeat a {key.name} or have none, and would be set aside: is it the key?"
    return Choice(questions=[Question("table", text, [f"{name}: {key.name}"], f"columns.{name}")])
