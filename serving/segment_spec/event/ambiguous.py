"""Messages that name something twice in one object: nobody can tell which value is meant, and each is refused alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import uuid4

from serving.reading.repeated_names import RepeatedName, place_of

REPEATED: Final = uuid4().hex  # at such a message, with what it names twice; nobody outside knows it


def mark_ambiguous(content: object, repeated: Sequence[RepeatedName], body: bytes) -> object:
    """What a body says, with a mark at each of its messages that names something twice.

    Raises ``json.JSONDecodeError`` where a batch does beside its messages.
    """
    if not (repeated and isinstance(content, dict)):
        return content
    batch = content.get("batch")
    if not isinstance(batch, list):
        return {**content, REPEATED: place_of(repeated[0].path)}
    first: dict[str | int, str] = {}
    for name in repeated:
        if name.path[0] != "batch" or len(name.path) < 3:
            raise name.error(body)
        first.setdefault(name.path[1], place_of(name.path[2:]))
    return {**content, "batch": [_marked(message, first.get(place)) for place, message in enumerate(batch)]}


def _marked(message: object, at: str | None) -> object:
    return {**message, REPEATED: at} if at is not None and isinstance(message, dict) else message
