"""The lake of earlier builds: whether it can be read."""

from __future__ import annotations

from collections.abc import Iterator

from features.doctor.finding import Finding
from features.errors import StamkundError
from features.lake import Lake


def unreadable_lake(lake: Lake) -> Iterator[Finding]:
    """A problem when the lake is corrupt: no build, training or service can use it."""
    try:
        lake.verified_manifest()
    except StamkundError as error:
        yield Finding("lake", "problem", str(error))
