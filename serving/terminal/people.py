"""Who is who, for a terminal: lines in which every id is whole, however narrow it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import polars as pl
from rich.table import Table

from features.identity.fold import ALWAYS
from features.moments import minute
from serving.terminal.layout import add_row, folded, table_of

_LIMITS: Final[Mapping[str, str]] = {
    "per_person": "one person would hold too many of {id_type}",
    "people": "the {id_type} serves too many people",
    "block": "it is under `block:`",
    "nobody": "the {id_type} stands for nobody",
    "ruling": "somebody said that they are not one",
}


def merge_lines(merges: pl.DataFrame) -> Iterator[str]:
    """A line a merge: who became whom, when, and the event that is the evidence.

    >>> row = {"survivor": "7", "absorbed": "email:a@x.se", "time": 0, "a": "7", "b": "email:a@x.se"}
    >>> print(*merge_lines(pl.DataFrame([row | {"source": "crm", "event_id": "e1"}])))
      1970-01-01 00:00  email:a@x.se became 7: 7 and email:a@x.se, in e1 of crm
    """
    for row in merges.iter_rows(named=True):
        became = f"{row['absorbed']} became {row['survivor']}"
        yield f"  {minute(row['time'])}  {became}: {row['a']} and {row['b']}, {_event(row)}"


def refusal_lines(refused: pl.DataFrame) -> Iterator[str]:
    """A line a link that joined nobody: why, how often, and the first event that told it.

    >>> row = {"a": "7", "b": "email:none", "time": 0, "source": "crm", "event_id": "e1", "n": 2, "limit": "nobody"}
    >>> print(*refusal_lines(pl.DataFrame([row | {"id_type": "email"}])))
      1970-01-01 00:00  7 and email:none: the email stands for nobody; 2 times, first in e1 of crm
    """
    for row in refused.iter_rows(named=True):
        why = _LIMITS[row["limit"]].format(id_type=row["id_type"])
        often = f"{row['n']:,} times, first " if row["n"] > 1 else ""
        yield f"  {minute(row['time'])}  {row['a']} and {row['b']}: {why}; {often}{_event(row)}"


def people_table(rows: pl.DataFrame) -> Table:
    """Counts of people and of their identifiers, moments as people read them."""
    table = table_of(*rows.columns)
    for row in rows.iter_rows(named=True):
        told = (_since(value) if name == "nobody_from" else value for name, value in row.items())
        add_row(table, *("–" if value is None else folded(str(value), 40) for value in told))
    return table


def _since(moment: int) -> str:
    """Since when a value is nobody's; what people block has always been."""
    return "always" if moment == ALWAYS else minute(moment)


def _event(row: Mapping[str, object]) -> str:
    """The event of some evidence; what begins the ids that are made here is no sign that people read."""
    return f"in {str(row['event_id']).strip(chr(31))} of {row['source']}"
