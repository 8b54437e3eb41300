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
from features.ingest.mapping.value import Value
from features.ingest.sources.portion import Portion
from features.ingest.sources.watermark import FullReadNeeded, Midnights
from features.reading.time_sql import is_plain_day_sql, is_plain_hour_sql

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
    if (told := is_moment(value)) is None:
        return None
    try:
        if value.type == "VARCHAR" and value.format is None:
            plain = _any_plain_hour(connection, projection.query, value)
            if plain is not False:
                return "moments" if plain else None
        days = _are_midnights(connection, f"FROM ({projection.query}) WHERE {told}", tells_no_hour(value))
    except duckdb.Error as error:
        raise failed_expression(name, error) from None
    return None if days is None else "days" if days else "moments"


def _any_plain_hour(connection: duckdb.DuckDBPyConnection, query: str, value: Value) -> bool | None:
    """Whether any of a few texts plainly tells an hour; None where all there are plainly days.

    To read a text in every form that there may be takes a tenth of a second to plan, and most columns need none.
    """
    others = f"{value.present} AND NOT {is_plain_day_sql(value.sql)}"
    few = f"SELECT {value.sql} AS text FROM ({query}) WHERE {others} LIMIT {_FEW}"  # noqa: S608  (of expressions of the settings)
    plain = f"SELECT bool_or({is_plain_hour_sql('text', value.timezone)}) FROM ({few})"  # noqa: S608
    (any_,) = connection.execute(plain).fetchone() or (None,)
    return None if any_ is None else bool(any_)


def _are_midnights(connection: duckdb.DuckDBPyConnection, rows: str, no_hour: str) -> bool | None:
    """Whether rows tell no hour; of a few, and only where they leave it open of all, to the first one that does."""
    few = f"SELECT bool_and(no_hour) FROM (SELECT {no_hour} AS no_hour {rows} LIMIT {_FEW})"  # noqa: S608
    (days,) = connection.execute(few).fetchone() or (None,)
    return days and connection.execute(f"SELECT false {rows} AND NOT {no_hour} LIMIT 1").fetchone() is None
