"""A source's rows through the door in one call, for the tests of the ingest side."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from features.config.settings import Settings
from features.events.tables import Table
from features.ingest.ingest import ingest
from features.ingest.report import SourceReport
from features.lake import Lake

Ingested = tuple[SourceReport, pl.DataFrame]


def settings_of(home: Path, **sources: dict[str, object]) -> Settings:
    """Settings with these sources, everything under one folder."""
    data = {"name": "Test", "currency": "USD", "home": str(home / "home"), "sources": sources}
    return Settings.model_validate(data, context={"folder": home})


def ingested(home: Path, csv: str, *, table: Table = "events", **source: object) -> Ingested:
    """The report and the lake's rows of one CSV source called ``rows``."""
    (home / "rows.csv").write_text(csv, encoding="utf-8")
    settings = settings_of(home, rows={"table": table, "from": "rows.csv", **source})
    report = ingest(settings)
    return report.sources[0], Lake(settings.lake).scan(table).collect()


def rejects_of(report: SourceReport) -> pl.DataFrame:
    """The rejected rows, as their owner finds them."""
    assert report.rejects is not None
    return pl.read_csv(report.rejects, infer_schema=False)
