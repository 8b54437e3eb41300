"""Joining people: a build resolves the links of the lake anew, and puts who is who beside its events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import polars as pl

from features.config.preferences import preferences
from features.config.settings import Settings
from features.events.tables import PEOPLE_TABLES
from features.identity.attributes.rules import rules_of, written
from features.identity.links import identifications, links_of
from features.identity.resolve import resolve
from features.identity.rulings import Ruling
from features.ingest.report import IngestReport
from features.lake import Lake
from features.progress import Progress, silent


def join_people(
    settings: Settings, report: IngestReport, rulings: Iterable[Ruling] = (), progress: Progress = silent
) -> IngestReport:
    """Write the lake's tables of who is who, and return the report of its ingest with the version that it has now.

    All links are resolved anew each time, so that a build that was stopped half way is made good by the next one.
    Without a section ``identity:`` nobody is joined, and the tables go. Other rules for attributes change all.
    """
    lake = Lake(settings.lake)
    before, rules = lake.scan("persons").collect(), rules_of(lake)
    if settings.identity is None:
        if any(lake.parts(table) for table in PEOPLE_TABLES):
            lake.write_people({})
    else:
        progress("people", 0, 1)
        resolution = resolve(links_of(identifications(lake), settings.identity), settings.identity, rulings)
        tables = {
            **resolution.tables,
            "preferences": written(preferences(settings.identity.attributes, settings.sources)),
        }
        lake.write_people({table: frame for table, frame in tables.items() if not frame.is_empty()})
        progress("people", 1, 1)
    fragments = report.fragments if rules_of(lake) == rules else None
    people = _changed(before, lake.scan("persons").collect())
    return replace(report, version=lake.version, people=people, fragments=fragments)


def _changed(before: pl.DataFrame, after: pl.DataFrame) -> frozenset[str]:
    """The fragments of which anything else is known than before, and whose they were and are."""
    rows = [
        one.join(other, on=one.columns, how="anti", nulls_equal=True)
        for one, other in ((before, after), (after, before))
    ]
    return frozenset(
        name for each in rows for column in ("fragment", "customer_id") for name in each[column].drop_nulls()
    )
