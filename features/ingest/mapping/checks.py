"""The checks of rows: under which condition one is rejected, and the reason that its owner is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from features import sql
from features.addresses import USUAL_FORMS, values_sql
from features.config.source import Source
from features.events.money import Money, power
from features.events.rules.rule_book import rules_of, text_rules
from features.events.statements.signals import is_no_answer
from features.events.tables import COLUMNS, NEEDED, ORIGIN, OTHER_ID, SIGNAL, SINCE, Role
from features.ingest.mapping.numbers import foreign_amount
from features.ingest.mapping.projection import UNREADABLE
from features.ingest.mapping.rule_sql import breaks, reason_sql
from features.ingest.mapping.value import Value
from features.ingest.sources.formats.places import FLAW
from features.reading.ids import is_missing_id_sql
from features.reading.remedies import remedy_sql

# What cannot be read in a role: its code, and the form that can.
_FORMS: Mapping[Role, tuple[str, str]] = {
    "time": ("bad_time", "a time that is understood whole"),
    "start": ("bad_time", "a time that is understood whole"),
    "end": ("bad_time", "a time that is understood whole"),
    "amount": ("bad_amount", "an amount below 10^{power}"),
    "number": ("bad_number", "a number of at most 10^12"),
    "id": ("bad_text", "an id with all of its digits; give it as text where it is made"),
    "text": ("bad_text", "a text with all of its digits; give it as text where it is made"),
    "json": ("bad_properties", "a JSON object"),
    "attribute": ("bad_attribute", "what its format says"),
}
_WRITTEN = frozenset({"bad_time", "bad_amount", "bad_number"})  # what `formats` may make readable
_WHO = frozenset({"id", "customer_id"})


@dataclass(frozen=True)
class Check:
    """When a row is rejected (an SQL condition), and the reason that its owner is told (an SQL text)."""

    code: str
    when: str
    reason: str


def role_of(source: Source, column: str) -> Role:
    """The role of a canonical column in the source's table; a name that it does not know is an attribute."""
    if column.startswith(OTHER_ID):
        return "id"
    if column == SINCE:
        return "time"
    if column.startswith(SIGNAL):
        return "text"
    return COLUMNS[source.table].get(column, ORIGIN.get(column, "attribute"))


def _missing(column: str, value: Value, text: str, missing_ids: Sequence[str]) -> Check:
    """A column without which a row means nothing; what stands for nobody is no customer."""
    code, absent = f"missing_{column}", sql.literal(f"there is no {column}")
    if column not in _WHO:
        return Check(code, f"{sql.name(column)} IS NULL AND NOT {value.present}", absent)
    told = f"'the {column} ' || {text} || ' stands for nobody; the setting missing_ids lists what does'"
    reason = f"CASE WHEN {value.present} THEN {told} ELSE {absent} END"
    return Check(code, is_missing_id_sql(f"CAST({value.sql} AS VARCHAR)", missing_ids), reason)


def _several(source: Source, column: str, value: Value, text: str) -> Iterator[Check]:
    """Addresses of which one would have to be the customer's."""
    told = {name: values_sql(f"CAST({value.sql} AS VARCHAR)", form) for name, form in USUAL_FORMS.items()}
    if "id_type" in source.columns:
        cases = " ".join(f"WHEN {sql.literal(name)} THEN {values}" for name, values in told.items())
        several = f"CASE id_type {cases} END"
    elif source.id_type in told:
        several = told[source.id_type]
    else:
        return
    reason = (
        f"'the {column} ' || {text} || ' holds several addresses, and a row is about one: take one in an expression'"
    )
    yield Check("several_ids", f"len({several}) > 1", reason)


def _is_told(column: str, value: Value, missing_ids: Sequence[str]) -> str:
    """Whether a value says anything; as another identifier, what stands for nobody does not."""
    if not column.startswith(OTHER_ID):
        return value.present
    return f"NOT {is_missing_id_sql(f'CAST({value.sql} AS VARCHAR)', missing_ids)}"


def _unread(
    source: Source, column: str, value: Value, text: str, *, money: Money, missing_ids: Sequence[str]
) -> Iterator[Check]:
    """A value that is there and is not understood whole."""
    role = role_of(source, column)
    code, form = _FORMS[role]
    form = form.format(power=power(money.minor_units))
    unread = f"{sql.name(column)} IS NULL AND {_is_told(column, value, missing_ids)}"
    foreign = foreign_amount(value, money) if role == "amount" else None
    if foreign is not None:
        told = f"amounts are in {money.currency}, and the {column} is "
        yield Check("foreign_currency", f"{unread} AND {foreign}", f"{sql.literal(told)} || {text}")
    remedy = remedy_sql(value.sql, source.mapping[column], time=code == "bad_time") if value.type == "VARCHAR" else None
    told = f"{sql.literal(f'{column} ')} || {text} || {sql.literal(f' is not {form}')}"
    yield Check(code, unread, f"{told} || {remedy}" if remedy and code in _WRITTEN else told)


def checks_of(source: Source, values: Mapping[str, Value], money: Money, missing_ids: Sequence[str]) -> Iterator[Check]:
    """All checks in the order in which a row fails them."""
    yield Check("malformed_row", f"{FLAW} IS NOT NULL", FLAW)
    unread = sql.name(UNREADABLE)
    text = f"'the column ' || {unread} || ' holds something other than its other rows, and an expression needs it'"
    yield Check("bad_value", f"{unread} IS NOT NULL", text)
    texts = {column: f"coalesce(left(CAST({value.sql} AS VARCHAR), 60), '')" for column, value in values.items()}
    for column in NEEDED[source.table]:
        yield _missing(column, values[column], texts[column], missing_ids)
        if column in _WHO:
            yield from _several(source, column, values[column], texts[column])
    for column in dict.fromkeys([*COLUMNS[source.table], *values]):
        if column in values and role_of(source, column) in _FORMS:
            yield from _unread(source, column, values[column], texts[column], money=money, missing_ids=missing_ids)
    for column in (each for each in values if each.startswith(SIGNAL)):
        told = f"'the signal {column.removeprefix(SIGNAL)} is ' || {texts[column]} || ', which is neither yes nor no'"
        yield Check("unknown_status", is_no_answer(column), told)
    columns = {column: sql.name(column) for column in values}
    columns |= {} if source.kind is None else {"kind": sql.literal(source.kind)}
    others = (rule for column in values if column.startswith(OTHER_ID) for rule in text_rules(column))
    for rule in (*rules_of(source.table, money.currency), *others):
        if rule.column in values or rule.required:
            yield Check(rule.code, breaks(rule, columns), reason_sql(rule, texts))
