"""Arrivals: new customers, and the known people whom they probably are."""

# ruff: noqa: S608  (of our own names)

from __future__ import annotations

from typing import Final

import duckdb
import polars as pl

from features.config.sections.fuzzy import FuzzySettings
from features.identity.fuzzy.candidates import CANDIDATES, write_candidates
from features.identity.fuzzy.clusters import FIRM
from features.identity.fuzzy.model import Model
from features.identity.fuzzy.proposals import LearntModel
from features.identity.fuzzy.records import ID, parts_of, write_records

MEETINGS: Final = "meetings"


def propose_arrivals(
    new: pl.DataFrame, known: pl.DataFrame, people: pl.DataFrame, settings: FuzzySettings, model: LearntModel
) -> pl.DataFrame:
    """The likeliest known ``person`` of each new customer, with its ``probability``, if that is at least ``review``.

    ``new`` and ``known`` have a ``customer_id`` and the columns of the settings; ``people`` says which ``person`` each
    known one is. The probability is that of all pairs of the new customer and the person's records on average.
    """
    parts = parts_of(settings.columns)
    columns = [ID, *settings.columns]
    with duckdb.connect() as connection:
        both = pl.concat([known.select(columns), new.select(columns)], how="vertical_relaxed")
        write_records(connection, both, settings.columns, known=known[ID].to_list())
        write_candidates(connection, parts, new_only=True)
        _write_meetings(connection, people)
        weights = Model(connection, parts, model.learnt).weights(MEETINGS).select("a", "b", "weight")
        connection.register("weights", weights.to_arrow())
        found = connection.sql(f"""
            WITH pairs AS (
                SELECT n.a AS {ID}, p.person, least(greatest(weight + {model.shift}, -{FIRM}), {FIRM}) AS weight
                FROM (SELECT a, b, weight FROM weights UNION ALL SELECT b, a, weight FROM weights) n
                JOIN people p ON n.b = p.{ID}
            ), chances AS (SELECT {ID}, person, 1 / (1 + pow(2, -avg(weight))) AS probability FROM pairs GROUP BY ALL)
            SELECT * FROM chances WHERE probability >= {settings.review}
            QUALIFY row_number() OVER (PARTITION BY {ID} ORDER BY probability DESC, person) = 1 ORDER BY {ID}
        """)
        return pl.DataFrame(found.to_arrow_table())


def _write_meetings(connection: duckdb.DuckDBPyConnection, people: pl.DataFrame) -> None:
    """Every pair of a new customer and a record of a person of whom some record is a candidate."""
    connection.register("people", people.select(ID, "person").to_arrow())
    connection.execute(f"""
        CREATE TABLE {MEETINGS} AS
        WITH candidates AS (
            SELECT join_key_l AS a, join_key_r AS b FROM {CANDIDATES}
            UNION ALL SELECT join_key_r, join_key_l FROM {CANDIDATES}
        ), met AS (
            SELECT DISTINCT a, person FROM candidates JOIN people ON b = {ID} WHERE a NOT IN (SELECT {ID} FROM people)
        )
        SELECT least(a, {ID}) AS join_key_l, greatest(a, {ID}) AS join_key_r, '0' AS match_key
        FROM met JOIN people USING (person)
    """)
