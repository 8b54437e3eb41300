"""The examination: a company's data read into a scratch folder and diagnosed, before anything is built of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import duckdb
import polars as pl

from features.config.outcomes import outcome_columns
from features.config.settings import Settings
from features.doctor import content, history, lateness, maturity, obstacles, rows
from features.doctor.doubts import orders
from features.doctor.doubts.line_totals import repeated_totals
from features.doctor.doubts.placeholders import placeholder_customers
from features.doctor.doubts.source_facts import SourceFacts
from features.doctor.doubts.statuses import unused_statuses
from features.doctor.facts import Facts
from features.doctor.findings.finding import Criterion, Diagnosis, Finding, Prospect, Severity
from features.doctor.people import attributes, customers
from features.doctor.people.who_is_who import who_is_who
from features.doctor.shadows import shadows
from features.errors import StamkundError
from features.identity.join import join_people
from features.ingest.guards import ACCEPTABLE
from features.ingest.ingest import ingest
from features.ingest.report import IngestReport
from features.ingest.sources.portion import Portion
from features.ingest.sources.rows import Rows
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
        sources = dict[str, SourceFacts]()
        report, unreadable = _read(copy, log, progress, sources)
        findings = [*shadows(Path.cwd()), *obstacles.unreadable_lake(Lake(settings.lake)), *unreadable]
        if report is None:
            return _diagnosis(settings, as_of, maturity.criteria(None, settings), findings, ())
        progress("looking", 0, 1)
        report, lake = join_people(copy, report), Lake(copy.lake)
        findings += [*obstacles.unusual_sources(settings, lake), *obstacles.names_of_nobody(settings, lake)]
        findings += [*rows.rejections(report, settings, sources)]
        facts = Facts.of(lake, report, as_of=as_of)
        if facts.kinds.is_empty():
            customers, predicted = int(facts.attributes["customers"].sum()), outcome_columns(settings.targets)
            findings.append(obstacles.no_events(facts.later, customers=customers, predicted=predicted))
            prospects = tuple(forecast(lake, settings, as_of=as_of)) if forecast and predicted else ()
            criteria = maturity.criteria(facts, settings, unread=len(unreadable))
            return _diagnosis(settings, as_of, criteria, findings, prospects)
        findings += [*obstacles.unusable_features(lake, settings, as_of=as_of), *doubts_of(facts, sources, settings)]
        findings += [*findings_of(facts, settings), *who_is_who(lake, settings, as_of=as_of)]
        progress("targets", 0, 1)
        prospects = tuple(forecast(lake, settings, as_of=as_of)) if forecast else ()
        progress("targets", 1, 1)
    criteria = maturity.criteria(facts, settings, prospects, unread=len(unreadable))
    return _diagnosis(settings, as_of, criteria, findings, prospects)


def findings_of(facts: Facts, settings: Settings) -> Iterator[Finding]:
    """The findings of every area."""
    yield from history.time_span(facts.kinds, facts.days, as_of=facts.as_of, later=facts.later)
    yield customers.identification(facts.visitors)
    yield from customers.implausible_customer(facts.busiest_customer)
    yield from customers.overlap(facts.source_overlap)
    yield from content.event_kinds(facts.kinds, enough=settings.gate.outcomes)
    yield from content.order_values(facts.kinds)
    yield rows.duplicates(facts.duplicates)
    yield from history.gaps(facts.days, as_of=facts.as_of)
    yield from history.time_precision(facts.kinds)
    yield from lateness.delays(facts.delays)
    yield attributes.attribute_coverage(facts.attributes, facts.customers)
    yield from attributes.attribute_history({source.table for source in settings.sources.values()})
    yield from attributes.unused_attributes(facts.unused_attributes)
    yield content.channels(facts.channels)
    yield content.offers(facts.offers)
    yield from customers.consent(settings.consent, facts.consents, facts.customers)
    yield customers.feedback(facts.ratings, facts.kinds, facts.customers)


def doubts_of(facts: Facts, sources: Mapping[str, SourceFacts], settings: Settings) -> Iterator[Finding]:
    """What is read without a complaint and may yet mean something else."""
    for source in sources.values():
        yield from unused_statuses(source.name, source.words)
        yield from repeated_totals(source.name, source.source, source.columns, source.totals)
    yield from orders.orders_by_two_roads(facts.order_sources, sources)
    yield from orders.baskets_without_id(facts.lines_without_order, sources)
    yield from orders.restarting_ids(facts.order_days, sources)
    yield from orders.lines_told_twice(facts.repeated_lines, lines=facts.order_lines, minor_units=settings.minor_units)
    yield from placeholder_customers(facts.placeholders)


def _read(
    settings: Settings, log: pl.DataFrame | None, progress: Progress, facts: dict[str, SourceFacts]
) -> tuple[IngestReport | None, list[Finding]]:
    """The report of every source that can be read, its ``facts`` filled in, and a finding for each that cannot."""

    def look(connection: duckdb.DuckDBPyConnection, portion: Portion, rows: Rows) -> None:
        facts[portion.name] = SourceFacts.of(connection, portion, rows)

    sources, unreadable = dict(settings.sources), list[Finding]()
    http_log = None if log is None else lambda _: (log, LogWatermark())
    while sources or http_log:
        try:
            readable = settings.model_copy(update={"sources": sources})
            report = ingest(readable, log=http_log, progress=progress, look=look, accept=ACCEPTABLE)
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
