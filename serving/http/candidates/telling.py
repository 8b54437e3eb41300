"""What is told of versions of a candidate: whether it can be chosen, and what a change changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from features.reading.iso import parse
from serving.store.candidates.versions import Content

Json = dict[str, Any]
Standing = Literal["running", "paused", "expired", "not_started", "deleted"]


def difference(before: Content, after: Content) -> dict[str, Json]:
    """The fields in which two versions differ, each with what it was and is; what is not told is null.

    >>> difference({"value": "1.00", "tags": ["a"]}, {"value": "2.00", "tags": ["a"], "paused": True})
    {'paused': {'before': None, 'after': True}, 'value': {'before': '1.00', 'after': '2.00'}}
    """
    names = sorted({*before, *after})
    return {
        name: {"before": before.get(name), "after": after.get(name)}
        for name in names
        if before.get(name) != after.get(name)
    }


def standing(content: Mapping[str, Any] | None, now: int) -> Standing:
    """Whether a candidate can be chosen at a moment.

    >>> standing({"paused": False, "ends": "1970-01-02T00:00:00Z"}, 1), standing(None, 1)
    ('running', 'deleted')
    """
    if content is None:
        return "deleted"
    if content.get("paused"):
        return "paused"
    if (ends := content.get("ends")) is not None and parse(ends) < now:
        return "expired"
    starts = content.get("starts")
    return "not_started" if starts is not None and parse(starts) > now else "running"
