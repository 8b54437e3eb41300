"""Whom a channel reaches of a segment, by what they allow and the caps as they stand."""

from __future__ import annotations

from sqlalchemy.engine import Engine

from features.arrays import Mask
from features.config.settings import Settings
from insights.segments.customers import Columns
from insights.segments.funnel import Audience, audience
from serving.audiences.caps import under_caps


def reached(
    settings: Settings, store: Engine, columns: Columns, members: Mask, channel: str, *, as_of: int | None = None
) -> Audience:
    """The audience of members on a channel; caps count as they do at a moment (µs), or now."""
    moment = settings.now() if as_of is None else as_of
    under = under_caps(settings, store, columns, members, channel, as_of=moment)
    return audience(columns, members, channel, settings.consent, under)
