"""The columns that name the same customers in several tables: ids, addresses, or both by way of a third table."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from features import sql
from features.onboarding.facts.column import Column
from features.onboarding.facts.question import Question
from features.onboarding.facts.table import Table
from features.onboarding.relations.containment import contained
from features.onboarding.relations.identities import with_identities
from features.onboarding.roles.roles import Roles, roles_of

_MOST, _FEW = 0.8, 0.05  # of the values of one column are in the other


def with_people(tables: Sequence[Table]) -> list[Table]:
    """The tables, each with a column that names customers as the others do, as far as one can tell.

    Where all have an address, or all an id, that names them. Where some have only the one and some only the other, a
    table with both gives the id for the address. Where there is none, that is asked; so it is where a table knows only
    browsers. Where browsers log in, all that identifies is told.
    """
    if (identified := with_identities(tables)) is not None:
        return identified
    ids = {table: column for table in tables if (column := _id(roles_of(table))) is not None}
    emails = {table: column for table in tables if (column := _email(roles_of(table))) is not None}
    people = [table for table in tables if table in ids or table in emails]
    tables = [_of_browsers(table, people[0]) if people and table not in people else table for table in tables]
    only_emails = [table for table in people if table not in ids]
    only_ids = [table for table in people if table not in emails]
    if len(people) < 2:
        return list(tables)
    if not only_emails:
        return _by_ids(tables, ids, emails)
    if not only_ids:
        return [replace(table, customer=emails[table].name) if table in emails else table for table in tables]
    bridges = [table for table in people if table in ids and table in emails]
    return [_bridged(table, emails[table], bridges, ids, emails) if table in only_emails else table for table in tables]


def _id(roles: Roles) -> Column | None:
    return next((column for column in roles.all("customer") if column.is_full and not column.is_email), None)


def _email(roles: Roles) -> Column | None:
    return next((column for column in roles.all("customer", "email") if column.is_full and column.is_email), None)


def _of_browsers(table: Table, other: Table) -> Table:
    """A table beside one of customers; if it names browsers only, with a question who these are."""
    column = next((column for column in roles_of(table).all("anonymous") if column.is_full), None)
    if column is None:
        return table
    text = (
        f"{column.name} in {table.name} names browsers or devices, {other.name} customers, and nothing tells whose "
        "these are: with `id_type: anonymous_id` the rows are visitors', until `ids:` and `identity:` say more"
    )
    question = Question("customer", text, [f"id: {column.name}"], "columns.id")
    identifiers = {"anonymous_id": column.name}
    return replace(table, questions=[*table.questions, question], customer=column.name, identifiers=identifiers)


def _by_ids(tables: Sequence[Table], ids: Mapping[Table, Column], emails: Mapping[Table, Column]) -> list[Table]:
    """Tables that all have ids: if these are not the same in any two of them, addresses that are, else a question."""
    first, *others = sorted(ids, key=lambda table: -ids[table].distinct)
    strangers = [table for table in others if not _meet(table, ids[table], first, ids[first])]
    if not strangers:
        return list(tables)
    if all(table in emails for table in ids) and all(_meet(t, emails[t], first, emails[first]) for t in strangers):
        return [replace(table, customer=emails[table].name) if table in emails else table for table in tables]
    return [_asked(table, ids[table], first, ids[first]) if table in strangers else table for table in tables]


def _meet(one: Table, column: Column, other: Table, key: Column) -> bool:
    return max(contained(one, column, other, key), contained(other, key, one, column)) > _FEW


def _bridged(
    table: Table, email: Column, bridges: Sequence[Table], ids: Mapping[Table, Column], emails: Mapping[Table, Column]
) -> Table:
    """A table that only has addresses, with the ids that another table has for them."""
    shares = {bridge: contained(table, email, bridge, emails[bridge]) for bridge in bridges if bridge is not table}
    best = max(shares, key=lambda bridge: shares[bridge], default=None)
    if best is None or shares[best] < _MOST:
        other = next(iter(ids))
        return _asked(table, email, other, ids[other])
    return _with_ids(table, email, best, ids[best], emails[best])


def _with_ids(table: Table, email: Column, bridge: Table, key: Column, bridge_email: Column) -> Table:
    name = key.name if key.name.lower() not in {n.lower() for n in table.columns} else f"{bridge.name}_{key.name}"
    address = f"lower({bridge_email.sql}) AS address, any_value({key.sql}) AS {sql.name(name)}"
    ids = f"SELECT {address} FROM {{bridge}} GROUP BY ALL"
    own = "{own}" if table.query is None else f"({table.query})"
    joined = f"LEFT JOIN ({ids}) AS ids\nON lower(own.{email.sql}) = ids.address"
    query = f"SELECT own.*, ids.{sql.name(name)}\nFROM {own} AS own\n{joined}"
    raw = sql.name(f"people of {table.name}")
    over = query.replace(own, table.raw) if table.query else query
    table.connection.execute(f"CREATE OR REPLACE TABLE {raw} AS {over.format(own=table.raw, bridge=bridge.raw)}")
    note = f"{bridge.name} has the {key.name} of each {email.name}"
    return Table.of(
        table.connection, table.name, table.place, table.files, raw,
        query=query.replace("{own}", table.quoted()).replace("{bridge}", bridge.quoted()),
        parts={**(table.parts or {table.name: table}), bridge.name: bridge},
        notes=[*table.notes, note], questions=table.questions, customer=name,
    )  # fmt: skip


def _asked(table: Table, column: Column, other: Table, key: Column) -> Table:
    text = (
        f"{column.name} in {table.name} and {key.name} in {other.name} do not name the same customers, "
        "and no table has both: which customers are the same is not known"
    )
    question = Question("customer", text, [f"id: {column.name}"], "columns.id")
    return replace(table, questions=[*table.questions, question])
