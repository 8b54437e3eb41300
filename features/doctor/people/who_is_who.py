"""Who is who: what was joined, which values serve too many people, and what joining people would do."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from features.config.sections.identity import IdentitySettings
from features.config.settings import Settings
from features.doctor.findings.finding import Finding, enumeration
from features.identity.evidence import Summary, nobodys_values, summary
from features.identity.preview import preview
from features.lake import Lake

_SHOWN = 3  # of the values that are shared


def who_is_who(lake: Lake, settings: Settings, *, as_of: int) -> Iterator[Finding]:
    """Findings about the identifiers that come together in rows; none where none do."""
    if not lake.scan("events").select(pl.col("ids").is_not_null().any()).collect().item():
        return
    if settings.identity is None:
        found = preview(lake, IdentitySettings(), (), as_of=as_of)
        text = f"Events bring several identifiers each, and nobody is joined. By the usual rules: {found.text}"
        yield Finding("people", "note", text, "Add the line `identity:` to join them; docs/people.md says how.")
        return
    told = summary(lake, as_of=as_of)
    text = f"{told.merges:,} merges of people, from {told.links:,} links between identifiers"
    yield Finding("people", "ok", f"{text}{_largest(told)}.")
    yield from _nobodys(nobodys_values(lake, as_of=as_of))
    if len(told.shared):
        worst = ", ".join(told.shared["fragment"].head(_SHOWN))
        text = f"{len(told.shared):,} values serve more people than they may, and are nobody's: {worst} …"
        step = "Put those that never mean anybody under `block:`; `stamkund identity report` shows more."
        yield Finding("people", "note", text, step)


def _largest(told: Summary) -> str:
    if told.largest.is_empty():
        return ""
    customer, identifiers = told.largest.row(0)
    return f"; the largest, {customer}, holds {identifiers} identifiers"


def _nobodys(values: pl.DataFrame) -> Iterator[Finding]:
    """Values in place of addresses and ids that join nobody."""
    if values.is_empty():
        return
    worst = enumeration([f"{fragment} {n:,}" for fragment, n in values.iter_rows()], _SHOWN)
    text = f"Values that stand for nobody came with {values['n'].sum():,} links, and join nobody: {worst}."
    yield Finding("people", "note", text)
