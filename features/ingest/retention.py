"""Retention: events that are older than the settings keep their kind leave the lake."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from features.config.settings import Settings
from features.ingest.report import IngestReport
from features.lake import Lake
from features.lake.removal import Change, change_rows


def forget_old_events(settings: Settings, report: IngestReport, *, as_of: int) -> IngestReport:
    """Take the events out of the lake that are older at a moment (µs) than ``privacy: keep:`` keeps their kind.

    The report tells whose they were, and the version that the lake has now. Old rows of a source that is read anew come
    in and go out in one build.
    """
    keep, lake = settings.privacy.keep, Lake(settings.lake)
    old = pl.any_horizontal(
        pl.lit(value=False),
        *((pl.col("kind") == kind) & (pl.col("time") <= as_of - duration) for kind, duration in keep.items()),
    )
    affected = lake.scan("events").filter(old).select(pl.col("fragment").unique()).collect() if keep else None
    if affected is None or affected.is_empty():
        return report
    change_rows(lake, {"events": Change(("kind", "time"), lambda rows: rows.filter(~old))}, clear=False)
    fragments = None if report.fragments is None else report.fragments | frozenset(affected["fragment"])
    return replace(report, version=lake.version, fragments=fragments)
