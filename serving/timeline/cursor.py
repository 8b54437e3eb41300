"""A cursor: where the next page of a timeline begins, and the moment that all of its pages are of, as one text."""

from __future__ import annotations

import base64
import binascii
from dataclasses import astuple

import orjson

from features.errors import StamkundError
from serving.timeline.entries import Place


def encode(as_of: int, place: Place) -> str:
    """The cursor after the entry at a place, of a timeline as of a moment (µs).

    >>> decode(encode(9, Place(3, "a", "shop")))
    (9, Place(time=3, event_id='a', source='shop'))
    """
    return base64.urlsafe_b64encode(orjson.dumps([as_of, *astuple(place)])).decode().rstrip("=")


def decode(text: str) -> tuple[int, Place]:
    """The moment and the place of a cursor; ``bad_cursor`` for a text that is none."""
    try:
        values = orjson.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        values = None
    match values:
        case [int(as_of), int(time), str(event_id), str(source)]:
            return as_of, Place(time, event_id, source)
    raise StamkundError("bad_cursor", text=text[:100], field="cursor")
