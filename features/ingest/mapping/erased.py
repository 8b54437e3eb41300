"""Rows of people who were erased: they are refused, counted, and never written aside."""

# ruff: noqa: S608  (names are quoted)
from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import duckdb
import polars as pl
import pyarrow as pa

from features import sql
from features.config.source import Source
from features.events.identifiers import node
from features.ingest.mapping.validation import CODE, REASON
from features.privacy.tombstones import Tombstones

ERASED: Final = "erased"  # the code of a row of somebody who was erased
_REASON: Final = "its customer was erased"
_COLUMNS: Final = {"events": "id", "customers": "customer_id", "snapshots": "customer_id"}  # who a row is about


def refuse_erased(
    connection: duckdb.DuckDBPyConnection, source: Source, columns: Sequence[str], tombstones: Tombstones | None
) -> None:
    """Reject the rows of the table ``staged`` whose customer was erased, if they are not from later.

    Rows that tell no time are refused always; so are, as this one code, those that are rejected for another reason.
    """
    column = _COLUMNS.get(source.table)
    if tombstones is None or not tombstones.hashes or column is None:
        return
    id_type = "id_type" if "id_type" in columns else sql.literal(source.id_type)
    people = connection.execute(f"SELECT DISTINCT {column}, {id_type} FROM staged WHERE {column} IS NOT NULL")
    erased = [
        (id_, of_type, until)
        for id_, of_type in people.fetchall()
        if (until := tombstones.until(_node(source, str(id_), str(of_type)))) is not None
    ]
    if not erased:
        return
    names = ("id", "id_type", "until")
    connection.register("erased_people", pa.table(dict(zip(names, zip(*erased, strict=True), strict=True))))
    from_before = f"({CODE} IS NOT NULL OR staged.time <= erased_people.until)" if "time" in columns else "true"
    connection.execute(
        f"""
        UPDATE staged SET {CODE} = {sql.literal(ERASED)}, {REASON} = {sql.literal(_REASON)} FROM erased_people
        WHERE staged.{column} = erased_people.id AND {_qualified(id_type)} = erased_people.id_type AND {from_before}
        """
    )
    connection.unregister("erased_people")


def without_erased(log: pl.DataFrame, tombstones: Tombstones | None) -> pl.DataFrame:
    """The events of the log without those of erased people from before."""
    if tombstones is None or not tombstones.hashes or log.is_empty():
        return log
    fragments = log["fragment"].unique()
    until = pl.Series("until", [tombstones.until(fragment) for fragment in fragments], dtype=pl.Int64)
    erased = pl.DataFrame([fragments, until]).drop_nulls()
    refused = pl.col("time") <= pl.col("until")
    return (
        log.join(erased, on="fragment", how="left", maintain_order="left")
        .filter(~refused.fill_null(value=False))
        .drop("until")
    )


def _node(source: Source, id_: str, id_type: str) -> str:
    """The node of a row's customer; an id whose type is none is rejected anyway."""
    if source.table != "events":
        return id_
    return node(id_type, id_) if id_type.isidentifier() and id_type.islower() else id_


def _qualified(id_type: str) -> str:
    return "staged.id_type" if id_type == "id_type" else id_type
