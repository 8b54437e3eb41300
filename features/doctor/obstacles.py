"""Findings about what cannot be examined: a corrupt lake, an unreadable source, no source, no events."""

from __future__ import annotations

from collections.abc import Iterator

from features.doctor.finding import Finding, quantity
from features.errors import StamkundError
from features.lake import Lake


def unreadable_lake(lake: Lake) -> Iterator[Finding]:
    """A problem when the lake of earlier builds is corrupt: no build, training or service can use it."""
    try:
        lake.verified_manifest()
    except StamkundError as error:
        yield Finding("lake", "problem", str(error))


def unreadable_source(name: str, error: StamkundError) -> Finding:
    """A source that cannot be read."""
    step = f"Mend `{error.field}` in stamkund.yaml; everything else below leaves this source out."
    return Finding("rows", "problem", f"The source '{name}' cannot be read: {error}", step)


def no_source() -> Finding:
    """Settings without a source."""
    step = "Show `stamkund init` some files: it writes a first stamkund.yaml."
    return Finding("rows", "problem", "stamkund.yaml names no source of data.", step)


def no_events(later: int) -> Finding:
    """Sources without an event up to ``as_of``; ``later`` is the number of events after it."""
    if later:
        text = f"{quantity(later, 'event')}, but none up to the moment looked from."
        step = "Look from a later moment (`--as-of`, or `clock:` in stamkund.yaml)."
        return Finding("time span", "problem", text, step)
    return Finding("time span", "problem", "There are no events.", "Add a source of events.")
