"""The examination: a company's data read into a scratch folder and diagnosed, before anything is built of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import polars as pl

from features.config.settings import Settings
from features.doctor import content, customers, history, maturity, obstacles, rows
from features.doctor.facts import Facts
from features.doctor.finding import Criterion, Diagnosis, Finding, Prospect, Severity
from features.doctor.shadows import shadows
from features.errors import StamkundError
from features.ingest.ingest import ingest
from features.ingest.report import IngestReport
from features.ingest.sources.watermark import LogWatermark
from features.lake import Lake
from features.progress import Progress, silent

_ORDER: tuple[Severity, ...] = ("problem", "warning", "note", "ok")


class Forecast(Protocol):
    """A function that says which targets, declared and others, a model could learn from a lake at a moment."""

    def __call__(self, lake: Lake, settings: Settings, *, as_of: int) -> Sequence[Prospect]:
        """One prospect per target."""
        ...


def examine(
    settings: Settings,
    *,
    as_of: int,
    log: pl.DataFrame | None = None,
    forecast: Forecast | None = None,
    progress: Progress = silent,
) -> Diagnosis:
    """Read the sources and the ``log`` of HTTP events into a scratch folder, and diagnose them.

    The company's own files stay as they are. Without a ``forecast`` the fourth level is out of reach.
    """
    with tempfile.TemporaryDirectory(prefix="stamkund-doctor-") as scratch:
        copy = settings.model_copy(update={"home": Path(scratch)})
        report, unreadable = _read(copy, log, progress)
        findings = [*shadows(Path.cwd()), *obstacles.unreadable_lake(Lake(settings.lake)), *unreadable]
        if report is None:
            return _diagnosis(settings, as_of, maturity.criteria(None, settings), findings, ())
        progress("looking", 0, 1)
        findings += rows.rejections(report, settings)
        lake = Lake(copy.lake)
        facts = Facts.of(lake, report, as_of=as_of)
        if facts.kinds.is_empty():
            findings.append(obstacles.no_events(facts.later))
            criteria = maturity.criteria(facts, settings, unread=len(unreadable))
            return _diagnosis(settings, as_of, criteria, findings, ())
        findings += findings_of(facts, settings)
        progress("targets", 0, 1)
        prospects = tuple(forecast(lake, settings, as_of=as_of)) if forecast else ()
        progress("targets", 1, 1)
    criteria = maturity.criteria(facts, settings, prospects, unread=len(unreadable))
    return _diagnosis(settings, as_of, criteria, findings, prospects)


def findings_of(facts: Facts, settings: Settings) -> Iterator[Finding]:
    """The findings of every area."""
    yield customers.identification(facts.visitors)
    yield from customers.implausible_customer(facts.busiest_customer)
    yield from customers.overlap(facts.source_overlap)
    yield customers.attribute_coverage(facts.attributes, facts.customers)
    yield from history.time_span(facts.kinds, facts.days, as_of=facts.as_of, later=facts.later)
    yield from history.time_precision(facts.kinds)
    yield from history.gaps(facts.days, as_of=facts.as_of)
    yield from history.delays(facts.delays)
    yield from rows.duplicates(facts.duplicates)
    yield from content.event_kinds(facts.kinds, enough=settings.gate.outcomes)
    yield from content.order_values(facts.kinds)
    yield content.channels(facts.channels)
    yield content.offers(facts.offers)
    yield from customers.consent_coverage(facts.consents, facts.customers)
    yield customers.feedback(facts.ratings, facts.kinds, facts.customers)


def _read(
    settings: Settings, log: pl.DataFrame | None, progress: Progress
) -> tuple[IngestReport | None, list[Finding]]:
    """The report of every source that can be read, and a finding for each that cannot."""
    sources, unreadable = dict(settings.sources), list[Finding]()
    http_log = None if log is None else lambda _: (log, LogWatermark())
    while sources or http_log:
        try:
            report = ingest(settings.model_copy(update={"sources": sources}), log=http_log, progress=progress)
        except StamkundError as error:
            name = ((error.field or "") + "..").split(".")[1]
            if sources.pop(name, None) is None:
                raise
            unreadable.append(obstacles.unreadable_source(name, error))
        else:
            return report, unreadable
    return None, unreadable or [obstacles.no_source()]


def _diagnosis(
    settings: Settings,
    as_of: int,
    criteria: tuple[Criterion, ...],
    findings: Sequence[Finding],
    prospects: tuple[Prospect, ...],
) -> Diagnosis:
    level = maturity.level_of(criteria)
    unmet = [f"{c.text} ({c.found})" for c in criteria if not c.met and c.level == level + 1]
    level_name, meaning = maturity.LEVELS[level]
    why = f"For level {level + 1}: {'; '.join(unmet)}." if unmet else meaning
    by_severity = tuple(sorted(findings, key=lambda finding: _ORDER.index(finding.level)))
    return Diagnosis(settings.name, as_of, level, level_name, why, criteria, prospects, by_severity)
