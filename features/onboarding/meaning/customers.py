"""The customer that a row is about."""

from __future__ import annotations

from collections.abc import Sequence

from features.onboarding.facts.column import Column
from features.onboarding.facts.question import Question
from features.onboarding.facts.table import Table
from features.onboarding.proposal.choice import Choice
from features.onboarding.roles.roles import Roles

_ENOUGH = 20  # rows, of which some customer comes twice


def customer(table: Table, roles: Roles) -> tuple[Column, Choice] | None:
    """The column that names the customer of each row, and what is unsure of it; None where there is none."""
    named = list(dict.fromkeys(roles.all("customer", "email", "phone", "anonymous")))
    if not named:
        return _by_name(roles)
    several = [column for column in named if not column.is_constant] or named
    full = [column for column in several if column.is_full]
    again = [column for column in full if not (column.is_unique and column.rows >= _ENOUGH)]
    best = next(iter([*again, *full]), max(several, key=lambda column: column.present))
    maybe = _coming_again(table, roles)
    if roles.is_guess("customer", best):
        return best, Choice({"id": identity(best)}, questions=[_by_shape([*named, *maybe])])
    people = [] if best.is_full else roles.all("person")[:1]
    others = [column for column in (*named, *people) if column is not best and _differ(table, best, column)]
    if best.is_unique and best.rows >= _ENOUGH and not others:
        return best, Choice({"id": identity(best)}, questions=[_never_again([best, *maybe])])
    return best, Choice({"id": identity(best)}, questions=_which(table, best, others))


def identity(column: Column) -> str:
    """The setting for a customer's id: an address is the same in any letter case."""
    return f"lower({column.sql})" if column.is_email and column.upper else column.name


def _never_again(columns: Sequence[Column]) -> Question:
    """Where nobody comes twice, something else may name the customers."""
    text = f"no {columns[0].name} comes twice: is it the customer's?"
    return Question("customer", text, [f"id: {column.name}" for column in columns], "columns.id")


def _coming_again(table: Table, roles: Roles) -> Sequence[Column]:
    """Some of the columns that no name makes anything else, and whose values come again, as those of customers do."""
    again = [column for column in table.columns.values() if 1 < column.distinct < table.rows / 2 and column.longest > 1]
    free = [
        column for column in again
        if not (column.is_time or column.clock or column.decimals or column.names_nothing)
        and roles.role_of(column) in {None, "amount", "item", "item_name", "row_id", "person", "survey_text"}
    ]  # fmt: skip
    return free[:3]


def _by_name(roles: Roles) -> tuple[Column, Choice] | None:
    """People by their names, where nothing else tells them: two of one name would be one customer."""
    names = [column for column in roles.all("person") if column.is_full]
    if not names:
        return None
    best = max(names, key=lambda column: column.distinct)
    others = [column for column in names if column is not best]
    text = f"only {best.name} tells who the customer is: two customers of one name would be taken for one"
    full = f"concat_ws(' ', {', '.join(column.sql for column in names)})"
    options = [f"id: {best.name}", *([f"id: {full}"] if others else [])]
    return best, Choice({"id": best.name}, questions=[Question("customer", text, options, "columns.id")])


def _by_shape(columns: Sequence[Column]) -> Question:
    text = f"no column is named as a customer's; the values of {columns[0].name} come again as those of customers do"
    return Question("customer", text, [f"id: {column.name}" for column in columns], "columns.id")


def _differ(table: Table, one: Column, other: Column) -> bool:
    """Whether two columns tell customers apart differently, or the second knows rows that the first does not."""
    first, second = f"lower({table.text(one)})", f"lower({table.text(other)})"
    both = f"{first} IS NOT NULL AND {second} IS NOT NULL"
    pairs, firsts, seconds, only = table.counts(
        f"count(DISTINCT ({first}, {second})) FILTER ({both})",
        f"count(DISTINCT {first}) FILTER ({both})",
        f"count(DISTINCT {second}) FILTER ({both})",
        f"count(*) FILTER ({first} IS NULL AND {second} IS NOT NULL)",
    )
    return pairs != firsts or pairs != seconds or only > 0


def _which(table: Table, best: Column, others: Sequence[Column]) -> list[Question]:
    if not others:
        return []
    missing = table.rows - best.present
    without = f"; {missing:,} rows have no {best.name}" if missing else ""
    text = f"{best.name} and {', '.join(column.name for column in others)} do not name the same customers{without}"
    options = [f"id: {identity(column)}" for column in (best, *others)]
    if missing:
        options.append(f"id: coalesce({', '.join(map(_as_text, (best, *others)))})")
    return [Question("customer", text, options, "columns.id")]


def _as_text(column: Column) -> str:
    """A column in an expression beside texts: numbers must be made such first."""
    return f"CAST({column.sql} AS VARCHAR)" if column.is_number else column.sql
