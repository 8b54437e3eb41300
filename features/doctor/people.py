"""Who is who: what was joined, which values serve too many people, and what joining people would do."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from features.config.sections.identity import IdentitySettings
from features.config.settings import Settings
from features.doctor.findings.finding import Finding
from features.identity.evidence import summary
from features.identity.preview import preview
from features.lake import Lake

_SHOWN = 3  # of the values that are shared


def who_is_who(lake: Lake, settings: Settings, *, as_of: int) -> Iterator[Finding]:
    """Findings about the identifiers that come together in events; none where none do."""
    if not lake.scan("events").select(pl.col("ids").is_not_null().any()).collect().item():
        return
    if settings.identity is None:
        found = preview(lake, IdentitySettings(), (), as_of=as_of)
        text = f"Events bring several identifiers each, and nobody is joined. By the usual rules: {found.text}"
        yield Finding("people", "note", text, "Add the line `identity:` to join them; docs/people.md says how.")
        return
    told = summary(lake, as_of=as_of)
    yield Finding("people", "ok", f"{told.merges:,} merges of people, from {told.links:,} links between identifiers.")
    if len(told.shared):
        worst = ", ".join(told.shared["fragment"].head(_SHOWN))
        text = f"{len(told.shared):,} values serve more people than they may, and are nobody's: {worst} …"
        step = "Put those that never mean anybody under `block:`; `stamkund identity report` shows more."
        yield Finding("people", "note", text, step)
