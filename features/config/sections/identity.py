"""The section of identity: which identifiers join into one person, and how many of them one person may hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field, PrivateAttr, field_validator

from features.config.sections.fuzzy import FuzzySettings
from features.config.sections.identifier_type import IdentifierType
from features.config.sections.preferences import AttributeRules
from features.config.sections.section import MissingId, Section, check_id_types
from features.errors import StamkundError
from features.hashes import pseudonym

_NEVER_HASHED: Final = {
    "user_id": "Ids of users are the names of customers everywhere",
    "anonymous_id": "An alias tells an old id without its type, which may be a user's",
}
TYPES: Mapping[str, IdentifierType] = {
    "user_id": IdentifierType(per_person=1),
    "email": IdentifierType(per_person=5, people=1).named("email"),
    "phone": IdentifierType(per_person=5, people=1).named("phone"),
    "anonymous_id": IdentifierType(people=1),
}


class IdentitySettings(Section):
    """Which identifiers join into one person.

    The order of ``types`` is their priority: of two links in one event that contradict each other the one of the
    stronger types counts, and of two identifiers that turn out to serve several people the weaker one is shared. A
    shared value belongs to nobody from that moment on. Values in ``block`` never join anybody. ``fuzzy`` says by which
    attributes customers without a common identifier are proposed as one person; ``attributes`` which of several values
    of one attribute counts. People who have the same values of all attributes in ``household`` live together.

    >>> list(IdentitySettings().types)
    ['user_id', 'email', 'phone', 'anonymous_id']
    """

    types: dict[str, IdentifierType] = Field(default_factory=lambda: dict(TYPES))
    block: tuple[MissingId, ...] = ()
    fuzzy: FuzzySettings | None = None
    attributes: AttributeRules = Field(default_factory=dict)
    household: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    _hashed_block: list[str] = PrivateAttr(default_factory=list)

    @field_validator("types")
    @classmethod
    def _with_users(cls, types: dict[str, IdentifierType]) -> dict[str, IdentifierType]:
        check_id_types(types)
        if "user_id" not in types:
            msg = "Events carry a `user_id` if nothing else is said: give it a place, such as user_id: {per_person: 1}."
            raise StamkundError("missing_key", msg)
        if types["user_id"].people is not None:
            msg = "An event with a user_id is that user's: `people` says nothing here. Take it away."
            raise StamkundError("unused_setting", msg, field="user_id.people")
        for name, reason in _NEVER_HASHED.items():
            if name in types and types[name].hashed:
                msg = (
                    f"{reason}: they are not hashed. Take `hashed` away, and send ids that tell nothing by themselves."
                )
                raise StamkundError("unused_setting", msg, field=f"{name}.hashed")
        return {name: kind.named(name) for name, kind in types.items()}

    @field_validator("household")
    @classmethod
    def _different_attributes(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(names)) < len(names) or "customer_id" in names:
            msg = "Name each attribute of a household once, such as [street, postcode]; the id of a customer is none."
            raise StamkundError("bad_setting", msg)
        return names

    @property
    def blocked(self) -> list[str]:
        """What joins nobody, as it is compared: the values of ``block``, and their hashes."""
        return [text.strip().lower() for text in (*self.block, *self._hashed_block)]

    def hash_block(self, key: bytes) -> None:
        """Let the hashes of the values to block join nobody either."""
        nodes = (f"{name}:{kind.plain(text)}" for name, kind in self.hashed.items() for text in self.block)
        self._hashed_block.extend(pseudonym(key, node) for node in nodes)

    @property
    def hashed(self) -> dict[str, IdentifierType]:
        """The types whose values are stored as keyed hashes."""
        return {name: kind for name, kind in self.types.items() if kind.hashed}


def household_attributes(identity: IdentitySettings | None) -> tuple[str, ...]:
    """The attributes that people of one household share; none where nobody asks for households.

    >>> household_attributes(IdentitySettings(household=("street", "postcode"))), household_attributes(None)
    (('street', 'postcode'), ())
    """
    return () if identity is None else identity.household
