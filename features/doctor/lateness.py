"""Findings about how late events arrive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from features.doctor.findings.finding import Finding, Severity, duration, percent, quantity
from features.units import DAY, HOUR


def delays(table: pl.DataFrame) -> Iterator[Finding]:
    """How late events arrive."""
    row = table.row(0, named=True)
    if row["known_later"]:
        text = f"{quantity(row['known_later'], 'event')} became known after they happened; no moment before sees them."
        yield Finding("delays", "ok", text)
    if not row["with_receipt"] and not row["known_later"]:
        text = "No source says when a row was received, so every event counts as known the moment it happened."
        step = "Map the load time to `received_at`, or to `known_at` where rows come late; events over HTTP have it."
        yield Finding("delays", "note", text, step)
    if row["late"]:
        text = f"{quantity(row['late'], 'event')} came more than a day late, and past moments are shown with them."
        step = "Map that column to `known_at` too: then a past moment is shown, and learnt from, as it was known then."
        yield Finding("delays", "note", text, step)
    if row["with_receipt"]:
        yield from _receipts(row)


def _receipts(row: Mapping[str, Any]) -> Iterator[Finding]:
    """How long after they happened events were received, and those that were before."""
    share = (
        ""
        if row["with_receipt"] == row["events"]
        else f" (told for {percent(row['with_receipt'], row['events'])} of events)"
    )
    median, ninth = duration(row["median"]), duration(row["ninth"])
    text = f"Half of the events arrive within {median}, nine of ten within {ninth}{share}."
    level: Severity = "ok" if row["ninth"] <= HOUR else "note" if row["ninth"] <= 2 * DAY else "warning"
    step = "Fit for campaigns; for a visit that is going on, send events over HTTP as they happen."
    yield Finding("delays", level, text, None if level == "ok" else step)
    if row["early"]:
        share = percent(row["early"], row["with_receipt"])
        text = f"Received before they happened: {quantity(row['early'], 'event')} ({share})."
        yield Finding("delays", "warning", text, "Check the time zones (`timezone:`) of their sources.")
