"""Reading one field of a message: the value in its type, or an error that names the field."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from features.errors import StamkundError

Message = Mapping[str, object]
LARGEST: Final = 1e12  # with four decimals still within 64 bits


def number_of(value: object, at: str) -> float:
    """A number, given as one or as text."""
    number = math.nan
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        try:
            number = float(value)
        except (ValueError, OverflowError):
            number = math.nan
    if not math.isfinite(number) or abs(number) > LARGEST:
        raise StamkundError("bad_number", f"{at} must be a number, not {shown(value)}.", field=at)
    return number


def text_of(message: Message, name: str, *, at: str = "") -> str | None:
    """A text or an id, None when absent; whole floats lose the '.0' that some tool added."""
    value = message.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise StamkundError("bad_text", f"{at}{name} must be text, not {shown(value)}.", field=f"{at}{name}")
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)


def needed_text(message: Message, name: str) -> str:
    """A text that this type of message cannot do without."""
    value = text_of(message, name)
    if value is None:
        raise StamkundError("missing_id", f"A message of type {message['type']} needs a {name}.", field=name)
    return value


def object_of(message: Message, name: str) -> Message:
    """An object, empty when absent."""
    value = message.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise StamkundError("bad_message", f"{name} must be an object, not {shown(value)}.", field=name)
    return value


def shown(value: object) -> str:
    """A value as an error message shows it."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
