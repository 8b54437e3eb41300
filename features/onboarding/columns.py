"""Which table a file's columns belong to, and which canonical column each of them is, by names and values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from features.events.tables import COLUMNS, Role, Table
from features.onboarding.samples import ColumnSample
from features.onboarding.synonyms import COLUMN_NAMES, TIME_NAMES

Columns = Mapping[str, ColumnSample]  # of a file, by name


def plain_name(name: str) -> str:
    """A name in lower case, its words parted by underscores.

    >>> plain_name("OrderID"), plain_name("Customer No.")
    ('order_id', 'customer_no')
    """
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")


def find_column(synonyms: Sequence[str], columns: Columns) -> str | None:
    """The column that has the first of these names that any has."""
    plain = {plain_name(column): column for column in columns}
    return next((plain[name] for name in synonyms if name in plain), None)


def guess_table(columns: Columns) -> Table | None:
    """The canonical table that a file seems to be of; None when it is like none of them."""
    keys = {
        table: {column: find_column(names, columns) for column, names in COLUMN_NAMES[table].items()}
        for table in COLUMN_NAMES
    }
    customer, item, campaign = (keys["events"][column] for column in ("id", "item_id", "campaign_id"))
    if keys["offers"]["starts"] and keys["offers"]["ends"] and keys["offers"]["offer_id"]:
        return "offers"
    if customer and _find_time(columns):
        return "events"
    if customer and not item and not campaign:
        return "customers"
    if item and not customer and not campaign:
        return "items"
    return None


def guess_columns(table: Table, columns: Columns) -> dict[str, str]:
    """The file's column for each canonical one; those whose values cannot be read as its amounts or numbers are none.

    Every other column of customers is an attribute.
    """
    names = {column: find_column(synonyms, columns) for column, synonyms in COLUMN_NAMES[table].items()}
    if table == "events":
        names["time"] = _find_time(columns)
    mapping = {column: name for column, name in names.items() if name}
    if table == "customers":
        mapping |= {plain_name(name): name for name in columns if name not in mapping.values()}
    return {
        column: name for column, name in mapping.items() if _fits(columns[name], COLUMNS[table].get(column, "text"))
    }


def _find_time(columns: Columns) -> str | None:
    """The column that tells when: by its name, best with times in it, else the only one with times."""
    times = {name: column for name, column in columns.items() if column.values and column.reads("time")}
    only = next(iter(times)) if len(times) == 1 else None
    return find_column(TIME_NAMES, times) or find_column(TIME_NAMES, columns) or only


def _fits(column: ColumnSample, role: Role) -> bool:
    return role not in {"amount", "number"} or column.reads(role)
