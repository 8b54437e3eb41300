"""The types of messages, and what each says that happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from features.errors import StamkundError
from features.events.kinds import canonical_kind, snake_case
from features.events.tables import RATING_SCALES
from features.reading.ids import MISSING_IDS
from serving.segment_spec.event.fields import Message, is_given, needed_id, object_of, text_of

TYPES: Final = ("track", "identify", "page", "screen", "group", "alias")


def kind_of(message: Message, missing_ids: Sequence[str] = MISSING_IDS) -> tuple[str, Message]:
    """The kind of a message's event, and what the event carries.

    >>> kind_of({"type": "track", "event": "Order Completed", "properties": {"revenue": 5}})
    ('order', {'revenue': 5})
    >>> kind_of({"type": "page", "name": "Home"})
    ('visit', {'name': 'Home'})
    """
    match type_of(message):
        case "track":
            return _tracked(message)
        case "page" | "screen":
            own = {name: message.get(name) for name in ("name", "category") if message.get(name) is not None}
            return "visit", own | dict(object_of(message, "properties"))
        case "identify":
            context = object_of(message, "context")  # where RudderStack's libraries tell traits
            return "identify", {**object_of(context, "traits"), **object_of(message, "traits")}
        case "group":
            group = needed_id(message, "groupId", missing_ids)
            traits = object_of(message, "traits")
            return "identify", {"group_id": group} | ({"group": traits} if traits else {})
        case "alias":
            names = {"previous_id": "previousId", "user_id": "userId"}
            return "alias", {key: needed_id(message, name, missing_ids) for key, name in names.items()}
        case None:
            raise StamkundError("unknown_type.missing", known=sorted(TYPES), field="type")
        case other:
            raise StamkundError.unknown("unknown_type", "message type", str(other), TYPES, field="type")


def type_of(message: Message) -> object:
    """The type of a message; its case says nothing.

    >>> type_of({"type": "Identify"}), type_of({"type": None})
    ('identify', None)
    """
    told = message.get("type")
    return told.lower() if isinstance(told, str) else told


def _tracked(message: Message) -> tuple[str, Message]:
    name, properties = text_of(message, "event"), object_of(message, "properties")
    if name is None:
        raise StamkundError("missing_event", field="event")
    kind = canonical_kind(name)
    scale = _scale_in(name) if kind == "survey" and not is_given(properties, "scale") else None
    return kind, properties if scale is None else {"scale": scale, **properties}


def _scale_in(name: str) -> str | None:
    """The scale that the name of a survey speaks of.

    >>> _scale_in("NPS Survey Answered"), _scale_in("Survey Answered")
    ('nps', None)
    """
    return next((word for word in snake_case(name).split("_") if word in RATING_SCALES), None)
