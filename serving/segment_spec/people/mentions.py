"""Every identifier that a message mentions, wherever it stands: of messages that are not understood."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from features.events.identifiers import USER
from features.events.kinds import snake_case
from features.privacy.pseudonyms import Pseudonyms
from features.reading.ids import exact_id
from serving.segment_spec.people.identifiers import ADDRESSES, ANONYMOUS, DEVICE

TYPES: Final = (USER, ANONYMOUS, DEVICE, *ADDRESSES)
_OTHER_NAMES: Final[Mapping[str, tuple[str, ...]]] = {"previous_id": (USER, ANONYMOUS), "advertising_id": (DEVICE,)}
_VALUES: Final = ("id", "value")  # of an object that names the type of its identifier


def mentions(told: object, types: Collection[str], name: str = "") -> Iterator[tuple[str, str]]:
    """The identifiers of some types in a value of a name, by what they are called.

    >>> sent = {"userId": 7, "traits": {"email": ["a@x.se"]}, "context": {"externalIds": [{"type": "card", "id": "A"}]}}
    >>> list(mentions(sent, {"user_id", "email", "card"}))
    [('user_id', '7'), ('email', 'a@x.se'), ('card', 'A')]
    """
    if isinstance(told, Mapping):
        for key, value in told.items():
            yield from mentions(value, types, _name_in(told, str(key), types, name))
    elif isinstance(told, list):
        for value in told:
            yield from mentions(value, types, name)
    elif isinstance(told, str | int | float) and not isinstance(told, bool):
        for id_type in _OTHER_NAMES.get(name, (name,)):
            if id_type in types:
                yield id_type, exact_id(str(told)) or str(told)


def without_mentions(told: object, pseudonyms: Pseudonyms, name: str = "") -> object:
    """A value with pseudonyms in the place of what is called like an identifier that is hashed, or looks like one."""
    if isinstance(told, Mapping):
        names = {key: _name_in(told, str(key), pseudonyms.types, name) for key in told}
        return {key: without_mentions(value, pseudonyms, names[key]) for key, value in told.items()}
    if isinstance(told, list):
        return [without_mentions(value, pseudonyms, name) for value in told]
    if isinstance(told, str | int | float) and not isinstance(told, bool):
        id_type = name if name in pseudonyms.types else _look(str(told), pseudonyms)
        return told if id_type is None else pseudonyms.values(id_type, exact_id(str(told)) or str(told))
    return told


def _look(text: str, pseudonyms: Pseudonyms) -> str | None:
    """The hashed type of which a text looks like an address, or like words with one in it."""
    kinds = {str(kind.form): id_type for id_type, kind in pseudonyms.types.items()}
    form = "email" if "@" in text else "phone" if re.search(r"\+\d[\d ()./-]{5,}", text) else None
    return None if form is None else kinds.get(form)


def _name_in(told: Mapping[str, object], key: str, types: Collection[str], of: str) -> str:
    """What a key of an object is called: by the object's ``type`` or by its own name where that is of a device."""
    own = snake_case(key)
    named = snake_case(str(told.get("type") or ""))
    if own in _VALUES and (named in types or of in types or of == "device"):
        return named if named in types else DEVICE if of == "device" else of
    return own
