"""Findings about the sources' rows: rejected ones and duplicates."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from itertools import product

import polars as pl

from features.config.settings import Settings
from features.doctor.doubts.remedies import setting
from features.doctor.doubts.source_facts import SourceFacts
from features.doctor.findings.finding import Finding, Severity, percent, quantity
from features.ingest.report import IngestReport, SourceReport


def rejections(report: IngestReport, settings: Settings, sources: Mapping[str, SourceFacts]) -> list[Finding]:
    """Each source with rejected rows, with the reasons and an example; one finding for those without."""
    complete = [source for source in report.sources if source.read and not source.rejected]
    findings = [
        _rejection(source, settings, sources.get(source.name)) for source in report.sources if source not in complete
    ]
    if complete:
        subject = "All" if not findings else "Of the other sources, all"
        rows = quantity(sum(source.read for source in complete), "row")
        text = f"{subject} {rows} of {quantity(len(complete), 'source')} can be read and make sense."
        findings.append(Finding("rows", "ok", text))
    return findings


def _rejection(source: SourceReport, settings: Settings, facts: SourceFacts | None) -> Finding:
    if not source.read:
        step = "Look at what it is read from, and at its query if it has one."
        return Finding("rows", "warning", f"The source '{source.name}' is empty.", step)
    rejected = source.refused
    share = percent(rejected, source.read)
    level: Severity = (
        "note" if rejected <= 0.01 * source.read else "warning" if 2 * rejected < source.read else "problem"
    )
    reasons = ", ".join(f"{count:,} {code}" for code, count in source.rejected.items())
    example = _example(source)
    text = f"{source.name}: {rejected:,} of {quantity(source.read, 'row')} ({share}) rejected ({reasons}){example}."
    step = "Mend the source or its columns in stamkund.yaml"
    if formats := {column: forms for column, forms in (facts.formats if facts else {}).items() if forms}:
        choices = " or ".join(
            f"`{setting('formats', dict(zip(formats, each, strict=True)))}`" for each in product(*formats.values())
        )
        step = f"Write {choices} in the source {source.name}"
    if source.rejects:
        step += f"; `stamkund build` lists every such row in {settings.home.name}/rejects/{source.name}.csv"
    return Finding("rows", level, text, step + ".")


def _example(source: SourceReport) -> str:
    if source.rejects is None:
        return ""
    with source.rejects.open(encoding="utf-8", newline="") as file:
        first = next(csv.DictReader(file), None)
    return f"; row {first['row']}, for example: {first['reason']}" if first else ""


def duplicates(table: pl.DataFrame) -> Finding:
    """How many events equal another of their source in everything that they say."""
    row = table.row(0, named=True)
    same, events = row["repeated"], row["events"]
    if not same:
        return Finding("duplicates", "ok", "No event says exactly what another says.")
    text = f"Repeated to the last detail within one source: {quantity(same, 'event')} ({percent(same, events)})."
    step = "If they were delivered twice, map a row's own id to `event_id`: then each counts once."
    return Finding("duplicates", "note" if same <= 0.01 * events else "warning", text, step)
