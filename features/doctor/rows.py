"""What became of the sources' rows: read, rejected, repeated."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import polars as pl

from features.config.settings import Settings
from features.doctor.finding import Finding, Severity, percent, some
from features.ingest.report import IngestReport, SourceReport


def rejected(report: IngestReport, settings: Settings) -> list[Finding]:
    """Each source that lost rows at the door, with its commonest reason; one line for those that lost none."""
    sound = [source for source in report.sources if source.read and not source.rejected]
    found = [_lost(source, settings) for source in report.sources if source not in sound]
    if sound:
        whole = "All" if not found else "Of the other sources, all"
        rows = some(sum(source.read for source in sound), "row")
        text = f"{whole} {rows} of {some(len(sound), 'source')} can be read and make sense."
        found.append(Finding("rows", "ok", text))
    return found


def _lost(source: SourceReport, settings: Settings) -> Finding:
    if not source.read:
        step = "Look at what it is read from, and at its query if it has one."
        return Finding("rows", "warning", f"The source '{source.name}' is empty.", step)
    lost = source.read - source.accepted
    level: Severity = "note" if lost <= 0.01 * source.read else "warning" if lost <= 0.05 * source.read else "problem"
    why = ", ".join(f"{count:,} {code}" for code, count in source.rejected.items())
    shown = _example(source)
    text = (
        f"{source.name}: {lost:,} of {some(source.read, 'row')} ({percent(lost, source.read)}) rejected ({why}){shown}."
    )
    step = "Mend the source or its columns in stamkund.yaml"
    if source.rejects:
        step += f"; `stamkund build` lists every such row in {settings.home.name}/rejects/{source.name}.csv"
    return Finding("rows", level, text, step + ".")


def _example(source: SourceReport) -> str:
    if source.rejects is None:
        return ""
    with source.rejects.open(encoding="utf-8", newline="") as opened:
        first = next(csv.DictReader(opened), None)
    return f"; row {first['row']}, for example: {first['reason']}" if first else ""


def repeated(repeats: pl.DataFrame) -> Iterator[Finding]:
    """Events that say the same as another, and orders that two sources tell."""
    row = repeats.row(0, named=True)
    if row["orders_twice"]:
        count = f"{some(row['orders_twice'], 'order')} ({percent(row['orders_twice'], row['orders'])})"
        text = f"Told by more than one source, so that their value counts twice: {count}."
        step = "Read orders from one source only, or exclude the rows of the other in its query."
        yield Finding("duplicates", "problem", text, step)
    same, events = row["repeated"], row["events"]
    if not same:
        yield Finding("duplicates", "ok", "No event says exactly what another says.")
        return
    text = f"Repeated to the last detail within one source: {some(same, 'event')} ({percent(same, events)})."
    step = "If they were delivered twice, map a row's own id to `event_id`: then each counts once."
    yield Finding("duplicates", "note" if same <= 0.01 * events else "warning", text, step)
