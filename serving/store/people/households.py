"""In which household each customer lives: put there by a build, moved on by what people say since."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from features.evaluate.online.consent import Consent
from features.events.statements.statement import says
from features.identity.households.household import household_id
from features.identity.live import Event, nodes_of
from features.privacy.rules import ConsentRules
from serving.store.people.joined_records import person_records_by
from serving.store.people.lookup import customers_by, nodes_joined_by
from serving.store.people.standings import wait_for_others
from serving.store.reader import Ask, reading, within
from serving.store.tables.blocks import blocks
from serving.store.tables.schema import HOUSEHOLDS

_BLOCK: Final = 500
_C = HOUSEHOLDS.c
_OWN: Final = sa.select(_C.household_id).where(_C.customer_id == sa.bindparam("customer")).scalar_subquery()
_HOUSEHOLD: Final = sa.select(_C.household_id, sa.func.count()).where(_C.household_id == _OWN).group_by(_C.household_id)


class Household(NamedTuple):
    """A household, and how many people it holds."""

    id: str
    people: int


@dataclass(frozen=True)
class HouseholdRules:
    """The ``attributes`` that people of one household share, and what must allow that somebody is counted."""

    attributes: Sequence[str]
    consent: ConsentRules | None


def household_of(engine: Engine, customer_id: str) -> Household | None:
    """The household of a customer; None of one who is in none."""
    with reading(engine) as ask:
        rows = ask(_HOUSEHOLD, customer=customer_id)
    return Household(*rows[0]) if rows else None


def replace_households(connection: Connection, homes: pl.DataFrame | None) -> None:
    """Put a build's households (``customer_id, household_id``) in place of all before."""
    connection.execute(sa.delete(HOUSEHOLDS))
    if homes is not None:
        for block in blocks(homes.select("customer_id", "household_id").iter_rows(named=True), _BLOCK):
            connection.execute(sa.insert(HOUSEHOLDS), block)


def renew_households(
    connection: Connection, events: Iterable[Event], people: Collection[str], rules: HouseholdRules, *, as_of: int
) -> None:
    """Look anew where those live whose attributes or consent new events tell, and the ``people`` with these nodes.

    It happens in the transaction that logs the events, after people are joined or parted by them.
    """
    told = [event for event in events if event["kind"] == "identify" or says(event)]
    nodes = {node for event in told for node in nodes_of(event)} | set(people)
    if not nodes:
        return
    wait_for_others(connection)
    ask = within(connection)
    customers = {each for each in customers_by(ask, nodes).values() if each is not None}
    former = nodes | customers | {node for node, _ in nodes_joined_by(ask, customers)}
    for block in blocks(former, _BLOCK):
        connection.execute(sa.delete(HOUSEHOLDS).where(_C.customer_id.in_(block)))
    homes = {each: _household(ask, each, rules, as_of) for each in sorted(customers)}
    rows = [{"customer_id": customer, "household_id": home} for customer, home in homes.items() if home]
    if rows:
        connection.execute(sa.insert(HOUSEHOLDS), rows)


def _household(ask: Ask, customer: str, rules: HouseholdRules, as_of: int) -> str | None:
    record = person_records_by(ask, [customer]).get(customer)
    if record is None or not _is_allowed(Consent(rules.consent, record, as_of) if rules.consent else None):
        return None
    traits = record.traits_at(as_of)
    return household_id(traits.get(name) for name in rules.attributes)


def _is_allowed(consent: Consent | None) -> bool:
    return consent is None or consent.passes("profiles")
