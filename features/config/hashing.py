"""Identifiers that are stored as keyed hashes: what the settings need for that, and what would keep them readable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from features.config.locations import expand
from features.config.sections.identity import IdentitySettings
from features.config.sections.privacy import PrivacySettings
from features.config.source import Source
from features.errors import StamkundError
from features.events.kinds import snake_case
from features.events.tables import OTHER_ID

SHORTEST: Final = 16  # characters of a key: who could guess it could try all phone numbers
_OWN: Final = ("id", "customer_id")


def check_hashing(identity: IdentitySettings | None, privacy: PrivacySettings, sources: Mapping[str, Source]) -> None:
    """Refuse hashing without a key, and columns that keep readable what is hashed; values to block are hashed too."""
    if identity is None or not identity.hashed:
        return
    key = _key(privacy, next(iter(identity.hashed)))
    for name, source in sources.items():
        _check_source(name, source, identity)
    identity.hash_block(key)


def _key(privacy: PrivacySettings, id_type: str) -> bytes:
    """The key that identifiers are hashed with."""
    if privacy.key is None:
        msg = (
            f'Values of the type {id_type} are to be hashed, which needs a key: `privacy: {{key: "${{PRIVACY_KEY}}"}}`.'
        )
        raise StamkundError("missing_key", msg, field="privacy.key")
    key = expand(privacy.key, field="privacy.key")
    if len(key) < SHORTEST:
        msg = f"Identifiers are hashed with this key of {len(key)} characters: take {SHORTEST} random ones or more."
        raise StamkundError("weak_key", msg, field="privacy.key")
    return key.encode()


def _check_source(name: str, source: Source, identity: IdentitySettings) -> None:
    """Refuse a column that reads the same as a hashed identifier of its row, and is none itself."""
    types = {column: _type(column, source) for column in source.mapping}
    hashed = {_plain(source.mapping[column]): each for column, each in types.items() if each in identity.hashed}
    for column, text in source.mapping.items():
        id_type = hashed.get(_plain(text))
        if id_type is not None and types[column] not in identity.hashed:
            msg = f"`{text}` is hashed as {id_type}, and `{column}` would keep it readable: take `{column}` away."
            raise StamkundError("readable_identifier", msg, field=f"sources.{name}.{source.key_of(column)}")


def _type(column: str, source: Source) -> str:
    """The type of identifier that a column of a mapping holds; that of an attribute is its name."""
    if column in _OWN:
        return source.id_type
    return column.removeprefix(OTHER_ID) if column.startswith(OTHER_ID) else snake_case(column)


def _plain(text: str) -> str:
    """How a column is called, without quotes and in small letters."""
    return text.strip().strip('"').lower()
