"""The reservation of what decisions chose: exact among all workers, processes and batches that share a store."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from serving.store.choices.choices import Choice, add_choices
from serving.store.choices.totals import Cell, Claim, add_used, used_of
from serving.store.reader import ask_among, within
from serving.store.tables.schema import CHOICES

_C = CHOICES.c
_LAST: Final = sa.select(_C.fragment, sa.func.max(_C.seq)).where(_C.time > sa.bindparam("after")).group_by(_C.fragment)
_PEOPLE, _LIMITS = 7_301, 7_302  # classes of PostgreSQL's advisory locks


@dataclass(frozen=True)
class Wish:
    """What one decision chose, and what it went by.

    ``person`` is the customer, and ``nodes`` are all of theirs; ``last`` is the number of the last choice for them
    ``after`` a moment, or of what was held back.
    """

    person: str
    nodes: frozenset[str]
    last: int
    after: int
    choices: Sequence[Choice]
    claims: Sequence[Claim]


def lock(connection: Connection, people: Iterable[str], limits: Iterable[str]) -> None:
    """Wait for others who reserve for the same people or of the same limits, until the end of the transaction.

    Everyone locks in one order, first people, then limits, so that no two wait for each other. SQLite has one writer.
    """
    if connection.dialect.name != "postgresql":
        return
    for class_, names in ((_PEOPLE, people), (_LIMITS, limits)):
        for key in sorted({zlib.crc32(name.encode()) - 2**31 for name in names}):
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(class_, key)))


def reserve(connection: Connection, wishes: Sequence[Wish]) -> list[bool]:
    """Take what these decisions chose, one after the other; whether each could be.

    One that could not is to be chosen again: something was chosen for the person meanwhile, or too little is left.
    """
    lock(connection, {wish.person for wish in wishes}, {claim.limit for wish in wishes for claim in wish.claims})
    lasts, left, added, served = _lasts(connection, wishes), _left(connection, wishes), Counter[Cell](), set[str]()
    kept = list[bool]()
    for wish in wishes:
        last = max((lasts.get(node, 0) for node in wish.nodes), default=0)
        seen = last == wish.last and served.isdisjoint(wish.nodes)
        kept.append(seen and all(claim.amount <= left[claim.limit, claim.thing] for claim in wish.claims))
        if kept[-1]:
            served |= wish.nodes
            for claim in wish.claims:
                left[claim.limit, claim.thing] -= claim.amount
                added[claim.limit, claim.thing, claim.slot] += claim.amount
    add_used(connection, added)
    add_choices(
        connection, [choice for wish, fits in zip(wishes, kept, strict=True) if fits for choice in wish.choices]
    )
    return kept


def _lasts(connection: Connection, wishes: Sequence[Wish]) -> dict[str, int]:
    """By node the number of the last choice."""
    lasts: dict[str, int] = {}
    for after in {wish.after for wish in wishes}:
        nodes = {node for wish in wishes if wish.after == after for node in wish.nodes}
        lasts |= {row[0]: row[1] for row in ask_among(within(connection), _LAST, _C.fragment, nodes, after=after)}
    return lasts


def _left(connection: Connection, wishes: Sequence[Wish]) -> dict[tuple[str, str], int]:
    """How much is left of each thing that is claimed."""
    claims = [claim for wish in wishes for claim in wish.claims]
    firsts: dict[str, int] = {}
    for claim in claims:
        firsts[claim.limit] = min(claim.first, firsts.get(claim.limit, claim.first))
    used = used_of(within(connection), firsts)
    return {
        (claim.limit, claim.thing): claim.most - sum(used.get((claim.limit, claim.thing), {}).values())
        for claim in claims
    }
