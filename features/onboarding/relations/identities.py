"""Tables that know people by different identifiers: browsers that log in, customers, and addresses or phones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from features.events.kinds import snake_case
from features.onboarding.facts.column import Column
from features.onboarding.facts.question import Question
from features.onboarding.facts.table import Table
from features.onboarding.relations.containment import contained
from features.onboarding.roles.roles import roles_of

Identifiers = Mapping[str, Column]  # the columns that identify, by their types; the first is the row's own
_FEW = 0.05  # of the values of one column that are in the other, where both name the same customers


def with_identities(tables: Sequence[Table]) -> list[Table] | None:
    """The tables with all that identifies in them, if no column of one of them names all customers; else None.

    So it is where browsers log in, and where some orders tell an address and others a phone number.
    """
    found = {table: identifiers_of(table) for table in tables}
    known = [columns for columns in found.values() if columns]
    if not any(_logs_in(columns) or (_is_mixed(columns) and len(known) > 1) for columns in known):
        return None
    return [_identified(table, columns, found) if columns else table for table, columns in found.items()]


def identifiers_of(table: Table) -> Identifiers:
    """The columns of a table that identify: a customer, an address, a browser."""
    roles = roles_of(table)
    named = [column for column in roles.all("customer") if not roles.is_guess("customer", column)]
    users = [column for column in named if not column.is_email]
    emails = [column for column in (*named, *roles.all("email")) if column.is_email]
    browsers = [column for column in table.columns.values() if column.present and "anonymous" in column.scores]
    browsers = [*roles.all("anonymous"), *browsers]
    columns = {"user_id": users, "email": emails, "phone": roles.all("phone"), "anonymous_id": browsers}
    first = {id_type: found[0] for id_type, found in columns.items() if found}
    if "anonymous_id" in first and not _names_browsers(first):
        del first["anonymous_id"]
    own = _own(first)
    return {} if own is None else {own: first[own], **first}


def _names_browsers(columns: Identifiers) -> bool:
    """Whether a column tells browsers apart, as many as customers log in on; not, say, phones from tablets."""
    others = [column.distinct for id_type, column in columns.items() if id_type != "anonymous_id"]
    return columns["anonymous_id"].distinct >= max(others, default=0) / 2


def _own(columns: Identifiers) -> str | None:
    """The type of identifier that every row has, the strongest one; else the strongest that some have."""
    order = [id_type for id_type in ("user_id", "email", "anonymous_id", "phone") if id_type in columns]
    return next((id_type for id_type in order if columns[id_type].is_full), next(iter(order), None))


def _logs_in(columns: Identifiers) -> bool:
    """Whether some rows of browsers name a customer, and others do not."""
    named = [column for id_type, column in columns.items() if id_type in {"user_id", "email"}]
    return "anonymous_id" in columns and bool(named) and not any(column.is_full for column in named)


def _is_mixed(columns: Identifiers) -> bool:
    """Whether rows name their customer by one identifier or by another."""
    named = [column for id_type, column in columns.items() if id_type != "anonymous_id"]
    return len(named) > 1 and not any(column.is_full for column in columns.values())


def _identified(table: Table, columns: Identifiers, others: Mapping[Table, Identifiers]) -> Table:
    """A table with its identifiers; if its customers are nowhere else among those of other tables, that is asked."""
    own = next(iter(columns.values()))
    asked = list(table.questions)
    if (key := columns.get("user_id")) is not None:
        elsewhere = {t: their["user_id"] for t, their in others.items() if t is not table and "user_id" in their}
        if elsewhere and not any(_meet(table, key, other, theirs) for other, theirs in elsewhere.items()):
            names = ", ".join(f"{column.name} in {other.name}" for other, column in elsewhere.items())
            own_type = snake_case(key.name).removesuffix("_id")
            text = (
                f"{key.name} in {table.name} and {names} do not name the same customers: do they mean the same? "
                f"If not, give one a type of its own, such as `{own_type}`, here and under `identity: types:`"
            )
            asked.append(Question("customer", text, [f"{key.name}"], "ids"))
    named = {id_type: column.name for id_type, column in columns.items()}
    return replace(table, customer=own.name, identifiers=named, questions=asked)


def _meet(one: Table, column: Column, other: Table, key: Column) -> bool:
    return max(contained(one, column, other, key), contained(other, key, one, column)) > _FEW
