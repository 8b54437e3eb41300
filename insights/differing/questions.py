"""What those who went on differ in, answered from the table of a refresh without any engine."""

from __future__ import annotations

from typing import Any

from features.errors import StamkundError
from insights.differing.traits import OF_MONEY, SPANS
from insights.tables import Tables

Row = dict[str, Any]


def told(tables: Tables, journey: str) -> list[Row]:
    """All that was compared at the steps of a journey; raises :class:`StamkundError` for one that there is not."""
    known = set(tables.read("journeys", columns=["journey"])["journey"].to_pylist())
    if journey not in known:
        raise StamkundError.unknown("unknown_journey", "journey", journey, known, field="journey")
    rows = tables.read("differing", filters=[("journey", "=", journey)]).drop_columns(["as_of", "build"])
    found: list[Row] = rows.to_pylist()
    return found


def code_of(trait: str) -> tuple[str, str | None]:
    """The code of a number's text, and the kind that it counts; of a dimension its own name and None.

    >>> code_of("view_28d"), code_of("money_all"), code_of("days_known"), code_of("channel")
    (('trait.count.28d', 'view'), ('trait.money.all', None), ('trait.days_known', None), ('channel', None))
    """
    name, _, span = trait.rpartition("_")
    if trait in ("days_known", "days_since_order"):
        return f"trait.{trait}", None
    if span not in SPANS:
        return trait, None
    return (f"trait.money.{span}", None) if name == OF_MONEY else (f"trait.count.{span}", name)
