"""The refresh of insights with everything that the store has learnt since the lake was built."""

from __future__ import annotations

from features.config.settings import Settings
from features.progress import Progress, silent
from insights.refresh import refresh
from insights.tables import Manifest
from serving.scoring.batches.everyone import allowed


def refresh_all(settings: Settings, *, as_of: int, progress: Progress = silent) -> Manifest:
    """Write the tables of insights, of nobody who was erased or has withdrawn since."""
    passing = allowed(settings, ["insights"], as_of=as_of)
    return refresh(settings, as_of=as_of, allowed=passing, progress=progress)
