"""Holdings: what each part of the product holds of people, told by the part itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

from features.events.money import amount_text
from features.events.tables import COLUMNS, ORIGIN, Table
from features.moments import iso
from features.units import DAY

Rows = list[dict[str, object]]
UNTIL_ERASED: Final = "until the person is erased"


@dataclass(frozen=True)
class Holding:
    """Something that is held of people.

    ``place`` tells where, ``what`` and ``why`` in words, ``kept`` until when. ``rows`` gives what is held of the person
    whose identifiers have some nodes; None where nothing can be told apart by person.
    """

    name: str
    place: str
    what: str
    why: str
    kept: str
    rows: Callable[[Collection[str]], Rows] | None = None


def kept(keep: Mapping[str, int]) -> str:
    """How long events are kept, by how long (µs) each kind in ``privacy: keep:`` is.

    >>> kept({"view": 90 * DAY}), kept({})
    ('view 90 days; others until the person is erased', 'until the person is erased')
    """
    kinds = [f"{kind} {duration // DAY} days" for kind, duration in keep.items()]
    return "; ".join([*kinds, f"others {UNTIL_ERASED}"]) if keep else UNTIL_ERASED


def shown(table: Table, row: Mapping[str, object], decimals: int) -> dict[str, object]:
    """A row of a table as people read it: moments in ISO 8601, amounts in the currency; what is empty is left out.

    >>> shown("events", {"time": 0, "kind": "order", "value": 450, "rating": None}, 2)
    {'time': '1970-01-01T00:00:00Z', 'kind': 'order', 'value': '4.50'}
    """
    roles = {**COLUMNS[table], **ORIGIN}
    return {name: _read(roles.get(name, ""), value, decimals) for name, value in row.items() if value is not None}


def _read(role: str, value: object, decimals: int) -> object:
    if isinstance(value, int) and role in {"time", "start", "end"}:
        return iso(value)
    return amount_text(value, decimals) if isinstance(value, int) and role == "amount" else value


def export(holdings: Collection[Holding], nodes: Collection[str]) -> Mapping[str, Rows]:
    """Everything that is held of a person, by holding.

    >>> rows = lambda nodes: [{"who": list(nodes)}]
    >>> visits = Holding("visits", "visits.csv", "Visits.", "To count them.", "a year", rows)
    >>> export([visits, Holding("means", "means.csv", "Means of all.", "To compare.", "for ever")], ["7"])
    {'visits': [{'who': ['7']}]}
    """
    return {holding.name: holding.rows(nodes) for holding in holdings if holding.rows is not None}
