"""The types of messages, and what each says that happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from features.errors import StamkundError
from features.events.kinds import canonical_kind
from features.reading.ids import MISSING_IDS
from serving.segment_spec.event.fields import Message, needed_id, object_of, text_of

TYPES: Final = ("track", "identify", "page", "screen", "group", "alias")


def kind_of(message: Message, missing_ids: Sequence[str] = MISSING_IDS) -> tuple[str, Message]:
    """The kind of a message's event, and what the event carries.

    >>> kind_of({"type": "track", "event": "Order Completed", "properties": {"revenue": 5}})
    ('order', {'revenue': 5})
    >>> kind_of({"type": "page", "name": "Home"})
    ('visit', {'name': 'Home'})
    """
    match message.get("type"):
        case "track":
            return _tracked_kind(message), object_of(message, "properties")
        case "page" | "screen":
            return "visit", {"name": message.get("name")} | dict(object_of(message, "properties"))
        case "identify":
            return "identify", object_of(message, "traits")
        case "group":
            group = needed_id(message, "groupId", missing_ids)
            return "identify", dict(object_of(message, "traits")) | {"group_id": group}
        case "alias":
            names = {"previous_id": "previousId", "user_id": "userId"}
            return "alias", {key: needed_id(message, name, missing_ids) for key, name in names.items()}
        case other:
            raise StamkundError.unknown("unknown_type", "message type", str(other), TYPES, field="type")


def _tracked_kind(message: Message) -> str:
    name = text_of(message, "event")
    if name is None:
        raise StamkundError("missing_event", "A track message needs the name of its event.", field="event")
    return canonical_kind(name)
