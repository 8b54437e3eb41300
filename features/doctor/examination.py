"""The examination: a company's data looked at in a scratch folder, before anything is built of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import polars as pl

from features.config.settings import Settings
from features.doctor import calendar, content, ladder, people, rows
from features.doctor.facts import Facts
from features.doctor.finding import Criterion, Finding, Prospect, Severity, some
from features.doctor.lake import unreadable_lake
from features.doctor.shadows import shadows
from features.errors import StamkundError
from features.ingest.ingest import ingest
from features.ingest.report import IngestReport
from features.ingest.sources.watermark import LogWatermark
from features.lake import Lake
from features.progress import Progress, silent

_ORDER: tuple[Severity, ...] = ("problem", "warning", "note", "ok")


class Forecast(Protocol):
    """Tells which targets, declared and others, could be learnt from what a lake holds at a moment."""

    def __call__(self, lake: Lake, settings: Settings, *, as_of: int) -> Sequence[Prospect]:
        """A prospect for each."""
        ...


@dataclass(frozen=True)
class Diagnosis:
    """How ready a company's data is: a level from 1 to 5, why it is not the next one, and everything found."""

    name: str
    as_of: int
    level: int
    level_name: str
    why: str
    criteria: tuple[Criterion, ...]
    prospects: tuple[Prospect, ...]
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing was found that must be mended first."""
        return all(finding.level != "problem" for finding in self.findings)


def examine(
    settings: Settings,
    *,
    as_of: int,
    log: pl.DataFrame | None = None,
    forecast: Forecast | None = None,
    progress: Progress = silent,
) -> Diagnosis:
    """Read the sources (and the events that came over HTTP, ``log``) into a scratch folder, and say what is there.

    Nothing of the company's is changed. ``forecast`` tells which targets can be learnt from a lake; without it the
    fourth level is out of reach.
    """
    with tempfile.TemporaryDirectory(prefix="stamkund-doctor-") as scratch:
        aside = settings.model_copy(update={"home": Path(scratch)})
        report, unread = _read(aside, log, progress)
        found = [*shadows(Path.cwd()), *unreadable_lake(Lake(settings.lake)), *unread]
        if report is None:
            return _diagnosis(settings, as_of, ladder.criteria(None, settings), found, ())
        progress("looking", 0, 1)
        found += rows.rejected(report, settings)
        lake = Lake(aside.lake)
        facts = Facts.of(lake, report, as_of=as_of)
        if facts.kinds.is_empty():
            found.append(_nothing(facts))
            return _diagnosis(settings, as_of, ladder.criteria(facts, settings, unread=len(unread)), found, ())
        found += findings(facts, settings)
        progress("targets", 0, 1)
        prospects = tuple(forecast(lake, settings, as_of=as_of)) if forecast else ()
        progress("targets", 1, 1)
    return _diagnosis(
        settings, as_of, ladder.criteria(facts, settings, prospects, unread=len(unread)), found, prospects
    )


def findings(facts: Facts, settings: Settings) -> Iterator[Finding]:
    """What the facts say, area by area."""
    yield people.identified(facts.visitors)
    yield from people.crowd(facts.busiest)
    yield from people.meeting(facts.meeting)
    yield people.described(facts.attributes, facts.customers)
    yield from calendar.span(facts.kinds, facts.days, as_of=facts.as_of, later=facts.later)
    yield from calendar.coarse(facts.kinds)
    yield from calendar.silences(facts.days, as_of=facts.as_of)
    yield from calendar.delayed(facts.delays)
    yield from rows.repeated(facts.repeats)
    yield from content.happening(facts.kinds, enough=settings.gate.outcomes)
    yield from content.valued(facts.kinds)
    yield content.channelled(facts.channels)
    yield content.offered(facts.offers)
    yield from people.consented(facts.consents, facts.customers)
    yield people.heard(facts.ratings, facts.kinds, facts.customers)


def _read(
    settings: Settings, log: pl.DataFrame | None, progress: Progress
) -> tuple[IngestReport | None, list[Finding]]:
    """Every source that can be read, and a finding for each that cannot."""
    sources, unread = dict(settings.sources), list[Finding]()
    while sources or log is not None:
        received = None if log is None else lambda _: (log, LogWatermark())
        try:
            return ingest(settings.model_copy(update={"sources": sources}), log=received, progress=progress), unread
        except StamkundError as error:
            name = ((error.field or "") + "..").split(".")[1]
            if sources.pop(name, None) is None:
                raise
            step = f"Mend `{error.field}` in stamkund.yaml; everything else below leaves this source out."
            unread.append(Finding("rows", "problem", f"The source '{name}' cannot be read: {error}", step))
    return None, unread or [_no_source()]


def _no_source() -> Finding:
    step = "Show `stamkund init` some files: it writes a first stamkund.yaml."
    return Finding("rows", "problem", "stamkund.yaml names no source of data.", step)


def _nothing(facts: Facts) -> Finding:
    text = (
        f"{some(facts.later, 'event')}, but none up to the moment looked from."
        if facts.later
        else "There are no events."
    )
    step = (
        "Look from a later moment (`--as-of`, or `clock:` in stamkund.yaml)."
        if facts.later
        else "Add a source of events."
    )
    return Finding("time span", "problem", text, step)


def _diagnosis(
    settings: Settings,
    as_of: int,
    criteria: tuple[Criterion, ...],
    found: Sequence[Finding],
    prospects: tuple[Prospect, ...],
) -> Diagnosis:
    level = ladder.level_of(criteria)
    lacking = [f"{c.text} ({c.found})" for c in criteria if not c.met and c.level == level + 1]
    why = f"For level {level + 1}: {'; '.join(lacking)}." if lacking else ladder.LEVELS[level][1]
    ordered = tuple(sorted(found, key=lambda finding: _ORDER.index(finding.level)))
    return Diagnosis(settings.name, as_of, level, ladder.LEVELS[level][0], why, criteria, prospects, ordered)
