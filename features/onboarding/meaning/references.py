"""Tables that events refer to: customers, as they are and as they were, items and offers."""

from __future__ import annotations

from collections.abc import Collection, Mapping

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
    totals = [column.name for column in table.columns.values() if is_total_of_today(column.name)]
    left = f"{', '.join(totals)} left out: totals of today would tell yesterday's models what came later"
    choice = Choice(_attributes(table, {"customer_id": key}, totals), notes=[left] if totals else [])
    return Draft(table, "customers", choice + _repeated(table, key, "customer_id"))


def snapshots_draft(table: Table, key: Column, time: Column, *, is_named: bool) -> Draft:
    """A table with a row a customer and moment, of what was true of the customer then."""
    columns = _attributes(table, {"customer_id": key, "time": time}, ())
    text = f"each customer has a row a {time.name}: what was true of them then, or what they did?"
    asked = [] if is_named else [Question("kind", text, ["table: snapshots", "kind: visit"], "table")]
    return Draft(table, "snapshots", Choice(columns, questions=asked))


def items_draft(table: Table, roles: Roles, key: Column) -> Draft:
    """A table with a row an item."""
    wanted = {"name": ("item_name",), "category": ("category",), "price": ("unit_price", "amount"), "cost": ("cost",)}
    return Draft(table, "items", _named(table, roles, key, "item_id", wanted))


def offers_draft(table: Table, roles: Roles, key: Column) -> Draft:
    """A table with a row an offer."""
    wanted = {
        "name": ("item_name",), "campaign_id": ("campaign",), "starts": ("start",), "ends": ("end",),
        "value": ("amount", "discount"), "cost": ("cost",),
    }  # fmt: skip
    return Draft(table, "offers", _named(table, roles, key, "offer_id", wanted))


def _attributes(table: Table, keys: Mapping[str, Column], left_out: Collection[str]) -> dict[str, str]:
    """The columns of the keys, and every other column that holds anything as an attribute."""
    columns = {name: identity(column) for name, column in keys.items()}
    for column in table.columns.values():
        name = snake_case(column.name)
        if column not in keys.values() and column.name not in left_out and column.present and name:
            columns.setdefault(name, column.name)
    return columns


def _named(table: Table, roles: Roles, key: Column, name: str, wanted: Mapping[str, tuple[str, ...]]) -> Choice:
    """The key, and the canonical columns that columns with one of the ``wanted`` roles tell."""
    found = {canonical: roles.get(*told) for canonical, told in wanted.items()}
    others = {canonical: column.name for canonical, column in found.items() if column and column is not key}
    return Choice({name: key.name} | others) + _repeated(table, key, name)


def _repeated(table: Table, key: Column, name: str) -> Choice:
    missing = table.rows - key.distinct
    if not missing:
        return Choice()
    text = f"{missing:,} rows repeat a {key.name} or have none, and would be set aside: is it the key?"
    return Choice(questions=[Question("table", text, [f"{name}: {key.name}"], f"columns.{name}")])
