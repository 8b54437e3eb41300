"""The refresh: every insight written anew from the lake, all of them or none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from features.config.settings import Settings
from features.privacy.gatekeeper import EVERYBODY, Pass
from features.progress import Progress, silent
from insights.differing.tables import write_differing
from insights.findings import write_findings
from insights.journeys.tables.journeys import write_journeys
from insights.loss.tables import write_losses, write_stage_losses
from insights.metrics.tables.metrics import write_metrics
from insights.people import Audience
from insights.revisions import Revisions
from insights.segments.audiences import UnderCaps
from insights.segments.refresh import write_segments
from insights.stages.tables import write_stages
from insights.tables import Draft, Manifest, Tables
from insights.ways.tables import write_paths
from insights.winnable.tables import write_winnable
from insights.worth import write_worth

Part = Callable[[Audience, Draft], None]
PARTS: Final[Mapping[str, Part]] = {
    "findings": write_findings, "metrics": write_metrics, "journeys": write_journeys, "losses": write_losses,
    "winnable": write_winnable, "differing": write_differing, "paths": write_paths, "segments": write_segments,
    "stages": write_stages, "stage_losses": write_stage_losses, "worth": write_worth,
}  # fmt: skip


def refresh(
    settings: Settings, *, as_of: int, allowed: Pass = EVERYBODY, under_caps: UnderCaps | None = None,
    revisions: Revisions | None = None, progress: Progress = silent,
) -> Manifest:  # fmt: skip
    """Write the tables of all insights at a moment (µs); the same lake gives the same bytes.

    ``allowed`` are those whom more than the lake lets pass, such as all but who was erased since it was built.
    ``under_caps`` tells whom caps leave one more message on a channel; all without. ``revisions`` are told on.
    """
    audience, tables = Audience.at(settings, as_of=as_of, allowed=allowed), Tables(settings.insights)
    audience.lake.check_written()
    parts: Mapping[str, Part] = {**PARTS, "segments": partial(write_segments, under_caps=under_caps)}
    with tables.writing(as_of=as_of, build=audience.lake.version, revisions=revisions) as draft:
        for done, (name, write) in enumerate(parts.items()):
            progress(f"insights: {name}", done, len(PARTS))
            write(audience, draft)
    progress("insights", len(PARTS), len(PARTS))
    return tables.manifest
