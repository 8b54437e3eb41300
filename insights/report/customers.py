"""The report on customers as one HTML page."""

from __future__ import annotations

from collections.abc import Mapping

from insights.report.cells import shown_metrics
from insights.report.journeys import JOURNEY_TABLES, journeys_section
from insights.report.page import page
from insights.report.sections import findings_section, metric_sections, notes_section, worth_section
from insights.report.segments import SEGMENT_TABLES, segments_section
from insights.report.stages import stages_section
from insights.tables import Tables
from insights.words import Row, Words


def customers_report(
    tables: Tables, *, name: str, currency: str, minor_units: int = 2, language: str = "en",
    labels: Mapping[str, str] | None = None,
) -> str:  # fmt: skip
    """The page of the company ``name``, in a language, from what the last refresh wrote.

    ``labels`` are what features (``features.spend_90d``) are called in it; their own names without.

    Raises:
        StamkundError: ``no_insights`` before the first refresh.
    """
    words, metrics = Words(language, currency), shown_metrics(tables)
    manifest = tables.manifest
    as_of = words.day(manifest.as_of)
    sections = [
        findings_section(_rows(tables, "findings"), words),
        *metric_sections(metrics, words),
        journeys_section({name: _rows(tables, name) for name in JOURNEY_TABLES}, words, minor_units=minor_units),
        stages_section(_rows(tables, "stage_moves"), _rows(tables, "stage_losses"), words, minor_units=minor_units),
        segments_section({name: _rows(tables, name) for name in SEGMENT_TABLES}, labels or {}, words),
        worth_section(_rows(tables, "worth"), words),
        notes_section(metrics, as_of, manifest.revisions, words),
    ]
    title = words.say("report.title", name=name)
    about = words.say("report.about", day=as_of)
    return page(title, about, sections, language=language, contents=words.say("report.contents"))


def _rows(tables: Tables, name: str) -> list[Row]:
    """The rows of a table; none where the refresh wrote no such table."""
    rows: list[Row] = tables.read(name).to_pylist() if name in tables.manifest.files else []
    return rows
