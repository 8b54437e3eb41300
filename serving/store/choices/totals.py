"""How much all customers were given of what is limited in total, by limit, thing and slot of time."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from serving.store.reader import Ask
from serving.store.tables.schema import TOTALS
from serving.store.writer import write

_T = TOTALS.c
_USED: Final = sa.select(_T.thing, _T.slot, _T.used).where(
    _T.limit_name == sa.bindparam("of"), _T.slot >= sa.bindparam("first")
)

Cell = tuple[str, str, int]  # a limit, a thing, a slot
Used = Mapping[tuple[str, str], Mapping[int, int]]  # by limit and thing how much all were given, by slot


class Claim(NamedTuple):
    """An ``amount`` of a thing to be taken in a slot, where no more than ``most`` may be since the ``first``."""

    limit: str
    thing: str
    slot: int
    first: int
    amount: int
    most: int


def used_of(ask: Ask, firsts: Mapping[str, int]) -> dict[tuple[str, str], dict[int, int]]:
    """By limit and thing how much was given by slot, of each limit from its first slot on."""
    used: dict[tuple[str, str], dict[int, int]] = {}
    for limit, first in firsts.items():
        for thing, slot, amount in ask(_USED, of=limit, first=first):
            used.setdefault((limit, thing), {})[slot] = amount
    return used


def add_used(connection: Connection, amounts: Mapping[Cell, int]) -> None:
    """Add amounts to what was given."""
    rows = [
        {"limit_name": limit, "thing": thing, "slot": slot, "used": amount}
        for (limit, thing, slot), amount in sorted(amounts.items())
    ]
    write(connection, _adding(connection.dialect.name), rows)


@cache
def _adding(dialect: str) -> sa.Insert:
    """The statement that adds an amount, in the words of a database."""
    insert = (sqlite.insert if dialect == "sqlite" else postgresql.insert)(TOTALS)
    return insert.on_conflict_do_update(
        index_elements=[_T.limit_name, _T.thing, _T.slot], set_={"used": _T.used + insert.excluded.used}
    )
