"""Whom a message is about: its own identifier, and all others that it carries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from features.addresses import form_of, values_of
from features.errors import StamkundError
from features.events.identifiers import USER, node, others_text
from features.events.kinds import KINDS, snake_case
from features.events.rules.constraint_types import LONGEST
from features.events.rules.rule_book import text_rules
from features.reading.ids import is_missing_id
from serving.segment_spec.event.fields import Message, display, first_given, object_of, text_of
from serving.segment_spec.event.message_types import type_of
from serving.segment_spec.event.receiver import Receiver

ANONYMOUS: Final = "anonymous_id"
DEVICE: Final = "device_id"
ADDRESSES: Final = ("email", "phone")
_VALUES: Final = ("id", "value")  # of an external id: in what Segment describes, and in what others send
Others = Mapping[str, Sequence[str]]
Told = tuple[str, str | None, str]  # a type, its value, and the field that holds it


def own_identifier(message: Message, receiver: Receiver) -> tuple[str, str, str]:
    """The type, value and field of the identifier that a message is kept by: the user's, or else the visitor's."""
    user, anonymous = (_who(message, name, receiver) for name in ("userId", "anonymousId"))
    if user is not None:
        return USER, user, "userId"
    if anonymous is None:
        raise StamkundError("missing_user", field="userId")
    return ANONYMOUS, anonymous, "anonymousId"


def other_identifiers(message: Message, kind: str, own: tuple[str, str], receiver: Receiver) -> Others:
    """The other identifiers by their types, in order, as they came; what stands for nobody is none.

    >>> from features.events.money import Money
    >>> sent = {"type": "identify", "userId": "7", "anonymousId": "f00", "traits": {"email": "Anna@X.se"}}
    >>> other_identifiers(sent, "identify", ("user_id", "7"), Receiver(Money("EUR", 2), now=0))
    {'anonymous_id': ['f00'], 'email': ['Anna@X.se']}
    """
    found: dict[str, list[str]] = {}
    for id_type, value, at in _told(message, kind):
        if value is None or (id_type, value) == own or is_missing_id(value, receiver.missing_ids):
            continue
        if not value.isprintable() or len(value) > LONGEST:
            _check(value, at)
        values = values_of(value, form_of(id_type))
        found[id_type] = list(dict.fromkeys([*found.get(id_type, ()), *values]))
    return found


def fragment_of(own: tuple[str, str], others: Others) -> str:
    """Whom a message's events are about: its user, or else its own identifier.

    >>> cookie = ("anonymous_id", "f00")
    >>> fragment_of(cookie, {"email": ["anna@x.se"]}), fragment_of(cookie, {"user_id": ["7"]})
    ('anonymous_id:f00', '7')
    """
    users = others.get(USER, ())
    return node(USER, users[0]) if users and own[0] != USER else node(*own)


def to_json(others: Others) -> str | None:
    """Other identifiers as JSON; None when there are none."""
    return others_text((id_type, value) for id_type, values in others.items() for value in values)


def _check(value: str, at: str) -> None:
    rule = text_rules("id").first_broken({"id": value})
    if rule is not None:
        raise rule.error({"id": value}, at)


def _who(message: Message, name: str, receiver: Receiver) -> str | None:
    """An identifier of a message, None when it has none; what stands for nobody is refused."""
    id_ = text_of(message, name)
    if id_ is not None and is_missing_id(id_, receiver.missing_ids):
        raise StamkundError("missing_user.nobody", at=name, value=display(id_), field=name)
    return id_


def _told(message: Message, kind: str) -> Iterator[Told]:
    """Every identifier of a message; the traits of a group are the group's."""
    yield ANONYMOUS, text_of(message, "anonymousId"), "anonymousId"
    if type_of(message) == "identify":
        yield from _addresses(object_of(message, "traits"), "traits")
    if kind == "alias":  # which of both it is, nobody says
        previous = text_of(message, "previousId")
        yield from ((id_type, previous, "previousId") for id_type in (USER, ANONYMOUS))
    if kind in KINDS and KINDS[kind].of_address:
        yield from _addresses(object_of(message, "properties"), "properties")
    if message.get("context") is not None:
        yield from _of_context(object_of(message, "context"))


def _of_context(context: Message) -> Iterator[Told]:
    yield from _addresses(_object_in(context, "traits"), "context.traits")
    device = _object_in(context, "device")
    for name in ("id", "advertisingId"):
        yield DEVICE, text_of(device, name, at="context.device."), f"context.device.{name}"
    if context.get("externalIds") is not None:
        yield from _external(context["externalIds"])


def _addresses(traits: Message, at: str) -> Iterator[Told]:
    """The addresses among traits, one or a list of them; one that is neither a text nor a number is none."""
    for name in ADDRESSES:
        value = traits.get(name)
        for each in value if isinstance(value, list) else (value,):
            if isinstance(each, str | int | float) and not isinstance(each, bool):
                yield name, text_of({name: each}, name, at=f"{at}."), f"{at}.{name}"


def _external(entries: object) -> Iterator[Told]:
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        at = "context.externalIds"
        raise StamkundError("bad_message.list", at=at, value=display(entries), field=at)
    for place, entry in enumerate(entries):
        at = f"context.externalIds[{place}]"
        if not isinstance(entry, Mapping):
            raise StamkundError("bad_message", at=at, value=display(entry), field=at)
        name = first_given(entry, _VALUES)
        if name is not None:
            yield _external_type(entry, at), text_of(entry, name, at=f"{at}."), f"{at}.{name}"
        elif not entry.keys() & {*_VALUES}:
            raise StamkundError("missing_id.external", at=at, keys=list(map(display, entry)), field=f"{at}.id")


def _external_type(entry: Message, at: str) -> str:
    """The type of an external id, as a word: ``ios.idfa`` is ``ios_idfa``."""
    name = snake_case(text_of(entry, "type", at=f"{at}.") or "")
    if not name.isascii() or not name[:1].isalpha():
        told = {"at": f"{at}.type", "value": display(entry.get("type"))}
        raise StamkundError("bad_id_type.external", **told, field=f"{at}.type")
    return name


def _object_in(context: Message, name: str) -> Message:
    """An object in the context, empty when absent."""
    value = context.get(name)
    if value is None or value == []:
        return {}
    if not isinstance(value, Mapping):
        at = f"context.{name}"
        raise StamkundError("bad_message", at=at, value=display(value), field=at)
    return value
