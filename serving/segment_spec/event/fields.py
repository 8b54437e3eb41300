"""Reading one field of a message: the value in its type, or an error that names the field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from features.errors import StamkundError
from features.events.columns import LARGEST
from features.events.rules.rule_book import is_id, text_rules
from features.reading.ids import MISSING_IDS, exact_id, is_missing_id
from serving.segment_spec.event.numerals import digits

Message = Mapping[str, object]
_ALSO_IDS: Final = frozenset({"sku", "email", "phone"})
SHOWN: Final = 60  # characters of a value in an error


def is_given(message: Message, name: str) -> bool:
    """Whether a field says anything; as in files, an empty text does not, nor one of spaces only.

    >>> is_given({"a": 0, "b": " "}, "a"), is_given({"a": 0, "b": " "}, "b"), is_given({}, "c")
    (True, False, False)
    """
    value = message.get(name)
    return value is not None and not (isinstance(value, str) and not value.strip(" "))


def first_given(message: Message, names: tuple[str, ...]) -> str | None:
    """The first of these fields that says anything."""
    for name in names:
        if message.get(name) is not None and is_given(message, name):  # absent ones cost no call
            return name
    return None


def decimal_of(value: object) -> Decimal | None:
    """The decimal that a number stands for as it is written, None for anything else; texts may hold numbers.

    >>> decimal_of(2.345), decimal_of("12"), decimal_of(True), decimal_of("much"), decimal_of("nan")
    (Decimal('2.345'), Decimal('12'), None, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value))
    except (ArithmeticError, ValueError):
        return None
    return number if number.is_finite() and str(value).isascii() else None


def number_of(value: object, at: str) -> float:
    """A number, given as one or as text; ``at`` is where it stands, for the error."""
    number = decimal_of(value)
    if number is None or abs(number) > LARGEST:
        raise StamkundError("bad_number", at=at, value=display(value), field=at)
    return float(number)


def text_of(message: Message, name: str, *, at: str = "") -> str | None:
    """A text or an id, None when absent; numbers are taken digit for digit, without the '.0' that some tool added.

    >>> text_of({"userId": "7.0"}, "userId"), text_of({"name": "7.0"}, "name")
    ('7', '7.0')
    """
    value = message.get(name)
    if value is None or not is_given(message, name):
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise StamkundError("bad_text", at=f"{at}{name}", value=display(value), field=f"{at}{name}")
    written = digits(value) if isinstance(value, float) else str(value)
    text = exact_id(written) if written is not None and (is_id(name) or name in _ALSO_IDS) else written
    if text is None:
        raise StamkundError("bad_text.digits", at=f"{at}{name}", value=display(value), field=f"{at}{name}")
    return text


def check_text(text: str, at: str) -> str:
    """A text that an id may be: without NUL, and no longer than ids are.

    >>> check_text("a" * 513, "userId")
    Traceback (most recent call last):
    features.errors.StamkundError: userId has more than 512 characters.
    """
    rule = text_rules(at).first_broken({at: text})
    if rule is not None:
        raise rule.error({at: text}, at)
    return text


def needed_id(message: Message, name: str, missing_ids: Sequence[str] = MISSING_IDS) -> str:
    """An id that this type of message cannot do without, and that stands for somebody."""
    value = text_of(message, name)
    if value is None or is_missing_id(value, missing_ids):
        raise StamkundError("missing_id", type=message["type"], at=name, field=name)
    return check_text(value, name)


def object_of(message: Message, name: str) -> Message:
    """An object, empty when absent; PHP writes an empty one as an empty list."""
    value = message.get(name)
    if value is None or value == []:
        return {}
    if not isinstance(value, Mapping):
        raise StamkundError("bad_message", at=name, value=display(value), field=name)
    return value


def display(value: object) -> str:
    """A value as an error message shows it."""
    text = repr(value)
    return text if len(text) <= SHOWN else text[: SHOWN - 3] + "…"
