"""Rows of people who were erased: they are refused, counted, and never written aside."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import duckdb
import pyarrow as pa

from features import sql
from features.config.source import Source
from features.events.tables import OTHER_ID
from features.ingest.mapping.other_ids import fragment_sql
from features.ingest.mapping.validation import CODE, REASON
from features.privacy.tombstones import Tombstones

ERASED: Final = "erased"  # the code of a row of somebody who was erased
_REASON: Final = "its customer was erased"
_ABOUT: Final = frozenset({"events", "customers", "snapshots"})  # tables whose rows are about somebody


def refuse_erased(
    connection: duckdb.DuckDBPyConnection, source: Source, columns: Sequence[str], tombstones: Tombstones | None
) -> None:
    """Reject the rows of the table ``staged`` whose customer was erased, if they are not from later.

    Rows that tell no time are refused always; so are, as this one code, those that are rejected for another reason.
    """
    if tombstones is None or source.table not in _ABOUT:
        return
    whose = _whose(source, columns)
    people = connection.execute(f"SELECT DISTINCT {whose} AS whose FROM staged WHERE whose IS NOT NULL").fetchall()
    erased = [(key, until) for (key,) in people if (until := tombstones.until(str(key))) is not None]
    if not erased:
        return
    connection.register(
        "erased_people", pa.table(dict(zip(("whose", "until"), zip(*erased, strict=True), strict=True)))
    )
    from_before = f"({CODE} IS NOT NULL OR staged.time <= erased_people.until)" if "time" in columns else "true"
    connection.execute(
        f"""
        UPDATE staged SET {CODE} = {sql.literal(ERASED)}, {REASON} = {sql.literal(_REASON)} FROM erased_people
        WHERE {whose} = erased_people.whose AND {from_before}
        """
    )
    connection.unregister("erased_people")


def _whose(source: Source, columns: Sequence[str]) -> str:
    """The SQL of the node of a row's customer."""
    if source.table != "events":
        return "customer_id"
    id_type = "id_type" if "id_type" in columns else sql.literal(source.id_type)
    return fragment_sql(id_type, [column for column in columns if column.startswith(OTHER_ID)])
