"""The section of identity: which identifiers join into one person, and how many of them one person may hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Final, Self

from pydantic import Field, PrivateAttr, field_validator

from features.addresses import Form, form_of, normal
from features.config.sections.fuzzy import FuzzySettings
from features.config.sections.preferences import AttributeRules
from features.config.sections.section import MissingId, Section, Whole, check_id_types
from features.errors import StamkundError
from features.hashes import pseudonym

MOST = 1_000  # of a limit; who needs more means none
Limit = Annotated[Whole, Field(ge=1, le=MOST)]


class IdentifierType(Section):
    """How the values of one type of identifier are written, and whom they may join; without a limit, as many as come.

    ``per_person`` is how many values of the type one person may hold, ``people`` how many people one value may serve
    before it is shared, and then joins nobody any more. ``form`` is how values are written alike, which types called
    ``email`` and ``phone`` know by themselves; ``region`` (such as SE) is for numbers that name no country. ``hashed``
    values are stored as keyed hashes.
    """

    per_person: Limit | None = None
    people: Limit | None = None
    form: Form = "text"
    region: str | None = None
    hashed: bool = False

    def plain(self, value: str) -> str:
        """A value as the type writes it: as everywhere, and a phone number of a region with the code of its country.

        >>> IdentifierType(form="email").plain(" Anna@Example.SE ")
        'anna@example.se'
        >>> swedish = IdentifierType(form="phone", region="SE")
        >>> [swedish.plain(number) for number in ("070-123 45 67", "+46 (0)70 123 45 67", "0046701234567", "ask Anna")]
        ['+46701234567', '+46701234567', '+46701234567', 'ask Anna']
        """
        if self.region is None:
            return normal(value, self.form)
        number = normal(value.replace("(0)", ""), self.form)
        if not re.fullmatch("[0-9]+", number):
            return number
        if number.startswith("00"):
            return f"+{number[2:]}"
        country, trunk = _prefixes(self.region)
        return f"+{country}{number.removeprefix(trunk)}"

    def named(self, name: str) -> Self:
        """The same for a type of this name, which may tell the form."""
        usual = form_of(name)
        if usual != "text" and "form" in self.model_fields_set and self.form != usual:
            msg = f"Values of the type {name} have the form {usual}, not {self.form}. Take `form` away."
            raise StamkundError("unused_setting", msg, field=f"{name}.form")
        kind = self if usual == "text" else self.model_copy(update={"form": usual})
        kind.check_region(name)
        return kind

    def check_region(self, name: str) -> None:
        """Refuse a region that there is not, or that says nothing."""
        if self.region is None:
            return
        if self.form != "phone":
            msg = (
                f"`region` is for phone numbers, and the form here is {self.form}: take it away, or say `form: phone`."
            )
            raise StamkundError("unused_setting", msg, field=f"{name}.region")
        from phonenumbers import SUPPORTED_REGIONS  # noqa: PLC0415  (large, and few settings name a region)

        if self.region not in SUPPORTED_REGIONS:
            raise StamkundError.unknown(
                "unknown_region", "region", self.region, SUPPORTED_REGIONS, field=f"{name}.region"
            )


@lru_cache
def _prefixes(region: str) -> tuple[int, str]:
    """The code of a region's country, and what its people dial before a number within it."""
    from phonenumbers import country_code_for_region, ndd_prefix_for_region  # noqa: PLC0415  (large)

    return country_code_for_region(region), ndd_prefix_for_region(region, strip_non_digits=True) or ""


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
    of one attribute counts.

    >>> list(IdentitySettings().types)
    ['user_id', 'email', 'phone', 'anonymous_id']
    """

    types: dict[str, IdentifierType] = Field(default_factory=lambda: dict(TYPES))
    block: tuple[MissingId, ...] = ()
    fuzzy: FuzzySettings | None = None
    attributes: AttributeRules = Field(default_factory=dict)
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
