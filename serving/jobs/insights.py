"""The refresh of insights with everything that the store has learnt since the lake was built."""

from __future__ import annotations

from functools import partial
from typing import Any

from features.arrays import Mask
from features.config.settings import Settings
from features.progress import Progress, silent
from insights.findings import found_rows, people_of
from insights.people import Audience
from insights.refresh import refresh
from insights.segments.customers import Columns
from insights.tables import Manifest, Tables
from insights.worth.people import people_of_experience
from serving.audiences.caps import under_caps
from serving.jobs.revisions import revisions_of
from serving.scoring.batches.everyone import allowed
from serving.store.engine import opened_store


def refresh_all(settings: Settings, *, as_of: int, progress: Progress = silent) -> Manifest:
    """Write the tables of insights, of nobody who was erased or has withdrawn since."""
    passing = allowed(settings, ["insights"], as_of=as_of)
    under = None if settings.decisions is None else partial(_under_caps, settings, as_of)
    revisions = revisions_of(settings)
    return refresh(settings, as_of=as_of, allowed=passing, under_caps=under, revisions=revisions, progress=progress)


def found(settings: Settings, *, as_of: int) -> list[dict[str, Any]]:
    """What there is to find at a moment, as rows of the table ``findings``, without the other tables."""
    return found_rows(_audience(settings, as_of))


def people_behind(settings: Settings, finding: str) -> list[str]:
    """The customers whom a finding is about, without those who were erased or withdrew since.

    It is one of the last refresh, or of now where there was none yet.
    """
    return people_of(_audience(settings, _moment(settings)), finding)


def people_who_went_through(settings: Settings, experience: str) -> list[str]:
    """The customers of an experience in the year before the last refresh, the worst first, as :func:`people_behind`."""
    return people_of_experience(_audience(settings, _moment(settings)), experience)


def _moment(settings: Settings) -> int:
    """That of the last refresh, or now where there was none yet."""
    tables = Tables(settings.insights)
    return tables.manifest.as_of if tables.exists else settings.now()


def _under_caps(settings: Settings, as_of: int, columns: Columns, members: Mask, channel: str) -> Mask:
    with opened_store(settings) as store:
        return under_caps(settings, store, columns, members, channel, as_of=as_of)


def _audience(settings: Settings, as_of: int) -> Audience:
    return Audience.at(settings, as_of=as_of, allowed=allowed(settings, ["insights"], as_of=as_of))
