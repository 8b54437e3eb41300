"""How far the sources of a lake were read, as the lake says."""

from __future__ import annotations

from pydantic import ValidationError

from features.errors import StamkundError
from features.ingest.sources.watermark import (
    Watermarks,
)
from features.lake import FORMAT, Lake, first_problem


def watermarks_of(lake: Lake) -> Watermarks | None:
    """How far the sources of a lake were read; None when it does not say so, or cannot be read."""
    try:
        return verified_watermarks(lake)[0]
    except StamkundError:
        return None


def verified_watermarks(lake: Lake) -> tuple[Watermarks | None, str | None]:
    """How far the lake's sources were read; None, and why, when everything must be read whole."""
    if not lake.exists:
        return None, None
    manifest = lake.verified_manifest()
    if manifest.format != FORMAT:
        return None, f"the lake is of format {manifest.format}; this version writes format {FORMAT}"
    if manifest.watermarks is None:
        return None, "the lake does not say what it was read from"
    try:
        return Watermarks.load(manifest.watermarks), None
    except ValidationError as error:
        raise lake.corrupt(f"watermarks.{first_problem(error)}") from None
