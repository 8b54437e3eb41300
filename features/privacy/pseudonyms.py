"""Pseudonyms: keyed hashes in the place of identifiers, where the settings want nothing readable to be stored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Self

import orjson

from features.addresses import form_of, is_nobodys_value, values_of
from features.config.locations import expand
from features.config.sections.identifier_type import IdentifierType
from features.config.settings import Settings
from features.events.identifiers import node, others_in, others_text
from features.events.kinds import snake_case
from features.hashes import PSEUDONYM, key_mark, pseudonym
from features.reading.ids import STAND_INS, exact_id

NOBODY: Final = "nobody"  # for what is nobody's address: a hash of it would seem to be somebody's


@dataclass(frozen=True)
class Pseudonyms:
    """The ``types`` of identifiers whose values are stored as keyed hashes, and the ``key``.

    >>> pseudonyms = Pseudonyms(b"secret", {"email": IdentifierType(form="email")})
    >>> anna = pseudonyms.value("email", "Anna@X.se")
    >>> anna == pseudonyms.value("email", "<anna@x.se>") == pseudonyms.value("email", anna), anna[:13]
    (True, 'hmac:c9fdea16')
    >>> pseudonyms.value("email", "no-reply@x.se"), pseudonyms.value("loyalty_card", "A7")
    ('nobody', 'A7')
    """

    key: bytes = field(repr=False)
    types: Mapping[str, IdentifierType]

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """Those of the settings; None where nothing is hashed."""
        if settings.identity is None or settings.privacy.key is None or not settings.identity.hashed:
            return None
        return cls(expand(settings.privacy.key, field="privacy.key").encode(), settings.identity.hashed)

    @property
    def mark(self) -> str:
        """What changes when values are hashed otherwise: the key, and each type with how its values are written."""
        types = sorted(f"{name}/{kind.form}/{kind.region or ''}" for name, kind in self.types.items())
        return " ".join([key_mark(self.key), *types])

    def value(self, id_type: str, value: str) -> str:
        """What is stored of an identifier's value: of a hashed type its pseudonym, which stays one."""
        kind = self.types.get(id_type)
        if kind is None or re.fullmatch(PSEUDONYM, value):
            return value
        written = kind.plain(value)
        if written.lower() in STAND_INS or is_nobodys_value(written, kind.form):
            return NOBODY
        return pseudonym(self.key, f"{id_type}:{written}")

    def values(self, id_type: str, text: str) -> str:
        """The same of a field that may hold several addresses, parted by a semicolon."""
        told = dict.fromkeys(self.value(id_type, each) for each in values_of(text, form_of(id_type)))
        known = [each for each in told if each != NOBODY]
        return ";".join(known or told)

    def of_event(self, event: Mapping[str, object], beside: str | None = None) -> dict[str, object]:
        """An event with pseudonyms: of its own and other identifiers, and where these stand in columns and properties.

        ``beside`` are identifiers that came with it and are not in it, as JSON by their types.

        >>> event = {"fragment": "email:a@x.se", "id_type": "email", "id": "A@x.se", "properties": '{"mail":"a@x.se"}'}
        >>> told = Pseudonyms(b"secret", {"email": IdentifierType(form="email")}).of_event(event)
        >>> told["fragment"] == f"email:{told['id']}", told["properties"] == '{"mail":"%s"}' % told["id"]
        (True, True)
        """
        ids, properties = (None if event.get(name) is None else str(event[name]) for name in ("ids", "properties"))
        own, others = (str(event["id_type"]), str(event["id"])), others_in(ids)
        now, every = (own[0], self.value(*own)), (own, *others, *others_in(beside))
        known = self._addresses(every)
        columns = {name: self._hidden(each, known) if isinstance(each, str) else each for name, each in event.items()}
        fragment = event.get("fragment") or node(*own)
        columns |= {"id": now[1], "fragment": node(*now) if fragment == node(*own) else fragment}
        if others:
            columns["ids"] = others_text(dict.fromkeys((name, self.value(name, each)) for name, each in others))
        if properties is not None:
            columns["properties"] = self.properties(properties, every)
        return columns

    def properties(self, text: str, told: Iterable[tuple[str, str]]) -> str:
        """The JSON of properties with pseudonyms: of what is called like a hashed type, and of addresses ``told``."""
        properties = orjson.loads(text)
        kept = self.of_json(properties, told)
        return text if kept == properties else orjson.dumps(kept).decode()

    def of_json(self, properties: object, told: Iterable[tuple[str, str]]) -> object:
        """The same of properties that are not written as JSON."""
        return self._within(properties, "", self._addresses(told))

    def _addresses(self, identifiers: Iterable[tuple[str, str]]) -> dict[str, str]:
        """The pseudonyms of the addresses among identifiers, with their types: a card might be called like anything."""
        types = {name for name, kind in self.types.items() if kind.form != "text"}
        every = [(name, each) for name, text in identifiers if name in types for each in values_of(text, form_of(name))]
        told = {self.value(name, each): name for name, each in every}
        return {each: name for each, name in told.items() if each != NOBODY}

    def _within(self, told: object, name: str, known: Mapping[str, str]) -> object:
        """A value of a name, and what is in it, with pseudonyms."""
        if isinstance(told, dict):
            return {key: self._within(each, key, known) for key, each in told.items()}
        if isinstance(told, list):
            return [self._within(each, name, known) for each in told]
        id_type = snake_case(name)
        if id_type in self.types and isinstance(told, str | int | float) and not isinstance(told, bool):
            return self.values(id_type, exact_id(str(told)) or str(told))
        return self._hidden(told, known)

    def _hidden(self, told: object, known: Mapping[str, str]) -> object:
        """A value that is one of the addresses of ``known`` pseudonyms, however it is written, as that pseudonym."""
        if isinstance(told, str | int) and not isinstance(told, bool):
            for id_type in set(known.values()):
                if (now := self.value(id_type, str(told))) in known:
                    return now
        return told


def hashing_of(settings: Settings) -> str:
    """Which identifiers are hashed, and by which key; empty where none are."""
    pseudonyms = Pseudonyms.of(settings)
    return "" if pseudonyms is None else pseudonyms.mark


def stored_node(settings: Settings, id_type: str, value: str) -> str:
    """The node by which an identifier is stored, however it is written."""
    pseudonyms = Pseudonyms.of(settings)
    return node(id_type, value if pseudonyms is None else pseudonyms.value(id_type, value))
