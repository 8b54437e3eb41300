"""The refresh of insights with everything that the store has learnt since the lake was built."""

from __future__ import annotations

from features.config.settings import Settings
from features.progress import Progress, silent
from insights.findings import people_of
from insights.people import Audience
from insights.refresh import refresh
from insights.tables import Manifest, Tables
from serving.scoring.batches.everyone import allowed


def refresh_all(settings: Settings, *, as_of: int, progress: Progress = silent) -> Manifest:
    """Write the tables of insights, of nobody who was erased or has withdrawn since."""
    passing = allowed(settings, ["insights"], as_of=as_of)
    return refresh(settings, as_of=as_of, allowed=passing, progress=progress)


def people_behind(settings: Settings, finding: str) -> list[str]:
    """The customers whom a finding of the last refresh is about, without those who were erased or withdrew since."""
    as_of = Tables(settings.insights).manifest.as_of
    audience = Audience.at(settings, as_of=as_of, allowed=allowed(settings, ["insights"], as_of=as_of))
    return people_of(audience, finding)
