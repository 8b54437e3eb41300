"""Findings about what cannot be examined: a corrupt lake, an unreadable source, no source, no events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from features.config.settings import Settings
from features.doctor.findings.finding import Finding, enumeration, quantity
from features.errors import StamkundError
from features.ingest.guards import correction, unknown_names, unusual
from features.ingest.lake_watermarks import watermarks_of
from features.lake import Lake
from features.profiles.fit import check_events
from features.profiles.fitted_features import EVENTS_NEEDED, fitted_features, fitting_moment


def unreadable_lake(lake: Lake) -> Iterator[Finding]:
    """A problem when the lake of earlier builds is corrupt: no build, training or service can use it."""
    try:
        lake.verified_manifest()
    except StamkundError as error:
        yield Finding("lake", "problem", str(error))


def unusual_sources(settings: Settings, scratch: Lake) -> Iterator[Finding]:
    """What would stop a build, for it is not as it was at the last one; ``scratch`` holds the sources as they are."""
    before, now = (watermarks_of(lake) for lake in (Lake(settings.lake), scratch))
    if before is None or now is None:
        return
    for surprise in unusual(settings.sources, now.sources, before.sources):
        step = f"Mend it, or if it is right: `stamkund build --accept {surprise.code}`."
        yield Finding("schedule", "problem", f"{surprise.source}: {surprise.text}", step)


def names_of_nobody(settings: Settings, scratch: Lake) -> Iterator[Finding]:
    """Attributes and kinds that the settings name and that nobody has, which would stop a build."""
    for error in unknown_names(settings, scratch.scan("events")):
        yield Finding("rows", "problem", str(error), correction(error))


def unusable_features(lake: Lake, settings: Settings, *, as_of: int) -> Iterator[Finding]:
    """Features that a build cannot use again, or no event for a first one to derive some from."""
    try:
        if settings.feature_set.exists():
            fitted_features(settings)
        else:
            check_events(lake, fitting_moment(settings, lake, as_of=as_of))
    except StamkundError as error:
        yield Finding("features", "problem", str(error))


def unreadable_source(name: str, error: StamkundError) -> Finding:
    """A source that cannot be read."""
    step = f"Mend `{error.field}` in stamkund.yaml; everything else below leaves this source out."
    return Finding("rows", "problem", f"The source '{name}' cannot be read: {error}", step)


def no_source() -> Finding:
    """Settings without a source."""
    step = "Show `stamkund init` some files: it writes a first stamkund.yaml."
    return Finding("rows", "problem", "stamkund.yaml names no source of data.", step)


def no_events(later: int, *, customers: int, predicted: Sequence[str] = ()) -> Finding:
    """No event up to ``as_of``: ``later`` ones come after it, and tables tell of ``customers``.

    Where columns of these are ``predicted``, none are needed.
    """
    if later:
        text = f"{quantity(later, 'event')}, but none up to the moment looked from."
        step = "Look from a later moment (`--as-of`, or `clock:` in stamkund.yaml)."
        return Finding("time span", "problem", text, step)
    if not customers:
        return Finding("time span", "problem", "There are no events.", EVENTS_NEEDED)
    if predicted:
        text = f"There are no events: {enumeration(predicted)} is learnt from what tables alone tell."
        return Finding("time span", "note", text)
    text = f"There are no events: {quantity(customers, 'customer')} are known from tables without a time."
    step = f"To predict a column of such a table, declare an `outcome` (docs/targets.md). {EVENTS_NEEDED}"
    return Finding("time span", "problem", text, step)
