"""Midnights that mean days: where every time of a column is a midnight, some tool wrote days as timestamps.

Such a column counts from the end of its days, as one of days does. A source's setting ``times`` says it outright.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import duckdb

from features.events.tables import COLUMNS
from features.ingest.mapping.projection import Projection, failed_expression
from features.ingest.mapping.times import is_moment, tells_no_hour
from features.ingest.sources.portion import Portion
from features.ingest.sources.watermark import FullReadNeeded, Midnights

_FEW = 1000


def settle_midnights(
    connection: duckdb.DuckDBPyConnection, portion: Portion, projection: Projection
) -> tuple[Projection, Mapping[str, Midnights]]:
    """The projection with each column's midnights as days or as moments, by the setting or by all of its values.

    Returns what they are of the columns that have any, too. Raises :class:`FullReadNeeded` when the values read before
    were midnights, and the new ones are not.
    """
    values, midnights = dict(projection.values), dict[str, Midnights]()
    previous = portion.previous.midnights if portion.previous else {}
    for column, role in COLUMNS[portion.source.table].items():
        if column not in values or role not in {"time", "end"}:
            continue
        meaning = portion.source.times or _meaning(connection, portion.name, projection, column)
        if previous.get(column) == "moments":
            meaning = "moments"
        if (meaning, previous.get(column)) == ("moments", "days"):
            raise FullReadNeeded(f"not every {column} of {portion.name} is a midnight any more")
        if meaning or column in previous:
            midnights[column] = meaning or previous[column]
        values[column] = replace(values[column], days=meaning == "days")
    return replace(projection, values=values), midnights


def _meaning(connection: duckdb.DuckDBPyConnection, name: str, projection: Projection, column: str) -> Midnights | None:
    """What midnights of a column mean: moments where any time tells an hour; None where all are days already."""
    value = projection.values[column]
    told = is_moment(value)
    if told is None:
        return None
    rows, no_hour = f"FROM ({projection.query}) WHERE {told}", tells_no_hour(value)
    try:  # a few rows, and only where they leave it open all of them, to the first one that tells an hour
        few = f"SELECT bool_and(no_hour) FROM (SELECT {no_hour} AS no_hour {rows} LIMIT {_FEW})"  # noqa: S608  (of expressions of the settings)
        days = connection.execute(few).fetchone() or (None,)
        if days[0]:
            days = connection.execute(f"SELECT false {rows} AND NOT {no_hour} LIMIT 1").fetchone() or days
    except duckdb.Error as error:
        raise failed_expression(name, error) from None
    return None if days[0] is None else "days" if days[0] else "moments"
