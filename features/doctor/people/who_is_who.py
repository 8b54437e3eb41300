"""Who is who: what was joined, which values serve too many people, and what joining people would do."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from features.config.sections.identity import IdentitySettings, household_attributes
from features.config.settings import Settings
from features.doctor.findings.finding import Finding, enumeration, quantity
from features.identity.evidence import Summary, nobodys_values, summary
from features.identity.preview import preview
from features.lake import Lake
from features.profiles.households import households

_SHOWN = 3  # of the values that are shared


def who_is_who(lake: Lake, settings: Settings, *, as_of: int) -> Iterator[Finding]:
    """Findings about who is one person, and about who lives together."""
    yield from _joined(lake, settings, as_of=as_of)
    yield from _together(lake, settings, as_of=as_of)


def _joined(lake: Lake, settings: Settings, *, as_of: int) -> Iterator[Finding]:
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


def _together(lake: Lake, settings: Settings, *, as_of: int) -> Iterator[Finding]:
    """How many people live in how many households; none where nobody asks for them."""
    homes = households(settings, lake, as_of=as_of)
    if homes is None:
        return
    if homes.is_empty():
        names = " and ".join(household_attributes(settings.identity))
        step = "Name attributes that a source of `customers` maps, or `identify` events tell, as `household:`."
        yield Finding("people", "warning", f"Nobody is in a household: of nobody {names} are known.", step)
        return
    sizes = homes["household_id"].value_counts().sort("count")["count"]
    live = f"{quantity(homes.height, 'customer')} in {quantity(len(sizes), 'household')}"
    yield Finding("people", "ok", f"{live}; the largest holds {sizes[-1]:,}.")


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
