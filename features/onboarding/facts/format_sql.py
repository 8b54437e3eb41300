"""What values mean that are written in a format: the SQL of their number, and of their moment."""

from __future__ import annotations

from features.reading.formats import Epoch, parse_format
from features.reading.number_forms import NumberForm
from features.reading.number_sql import ANY_SIGN, plain_sql
from features.reading.time_forms import TimeForm
from features.reading.time_sql import epoch_sql, written_sql

ISO = ""  # no format: the values describe themselves


def number_sql(text: str, form: str) -> str:
    """The SQL of the number that a text is, null where it is none; signs of currencies do not count.

    >>> from duckdb import connect
    >>> with connect() as duck:
    ...     duck.execute(f"SELECT {number_sql(repr('1.250,50 €'), '1.234,56')}").fetchone()[0]
    Decimal('1250.500000')
    """
    found = parse_format(form) if form else None
    return f"TRY_CAST({plain_sql(text, found if isinstance(found, NumberForm) else None, ANY_SIGN)} AS DECIMAL(24, 6))"


def moment_sql(text: str, form: str) -> str:
    """The SQL of the local time that a text is, as a timestamp; null where it is none.

    >>> from duckdb import connect
    >>> with connect() as duck:
    ...     duck.execute(f"SELECT CAST({moment_sql(repr('3/2/2024'), '%d/%m/%Y')} AS VARCHAR)").fetchone()[0]
    '2024-02-03 00:00:00'
    """
    found = parse_format(form) if form else None
    if isinstance(found, Epoch):
        return f"make_timestamp({epoch_sql(text, found.unit)})"
    return written_sql(text, found if isinstance(found, TimeForm) else None)
