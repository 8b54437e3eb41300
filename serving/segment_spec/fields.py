"""Reading one field of a message: the value in its type, or an error that names the field."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from features.errors import StamkundError

Message = Mapping[str, object]
LARGEST: Final = 1e12  # with four decimals still within 64 bits
LONGEST: Final = 512  # characters of an id


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


def text_of(message: Message, name: str, *, at: str = "", longest: int | None = LONGEST) -> str | None:
    """A text or an id, None when absent; whole floats lose the '.0' that some tool added."""
    value = message.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise StamkundError("bad_text", f"{at}{name} must be text, not {shown(value)}.", field=f"{at}{name}")
    return sound(str(int(value) if isinstance(value, float) and value.is_integer() else value), f"{at}{name}", longest)


def sound(text: str, at: str, longest: int | None = LONGEST) -> str:
    """A text that every database takes: without NUL, and no longer than ids are.

    >>> sound("a" * 513, "userId")
    Traceback (most recent call last):
    features.errors.StamkundError: userId has 513 characters; at most 512 are taken.
    """
    if "\0" in text:
        raise StamkundError("bad_text", f"{at} holds a NUL character, which no id or text has.", field=at)
    if longest is not None and len(text) > longest:
        raise StamkundError("too_long", f"{at} has {len(text)} characters; at most {longest} are taken.", field=at)
    return text


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
