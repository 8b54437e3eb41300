"""The section of identity: which identifiers join into one person, and how many of them one person may hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from features.config.section import MissingId, Section, Whole
from features.errors import StamkundError

MOST = 1_000  # of a limit; who needs more means none
Limit = Annotated[Whole, Field(ge=1, le=MOST)]


class IdentifierType(Section):
    """How the values of one type of identifier are written, and whom they may join; without a limit, as many as come.

    ``per_person`` is how many values of the type one person may hold, ``people`` how many people one value may serve
    before it is shared, and then joins nobody any more. ``form`` is how values are written alike: ``email`` in lower
    case, ``phone`` in digits, with ``region`` (such as SE) for numbers that name no country.
    """

    per_person: Limit | None = None
    people: Limit | None = None
    form: Literal["text", "email", "phone"] = "text"
    region: str | None = None

    @model_validator(mode="after")
    def _known_region(self) -> Self:
        if self.region is None:
            return self
        if self.form != "phone":
            msg = (
                f"`region` is for phone numbers, and the form here is {self.form}: take it away, or say `form: phone`."
            )
            raise StamkundError("unused_setting", msg, field="region")
        from phonenumbers import SUPPORTED_REGIONS  # noqa: PLC0415  (large, and few settings name a region)

        if self.region not in SUPPORTED_REGIONS:
            raise StamkundError.unknown("unknown_region", "region", self.region, SUPPORTED_REGIONS, field="region")
        return self


TYPES: Mapping[str, IdentifierType] = {
    "user_id": IdentifierType(per_person=1),
    "email": IdentifierType(per_person=5, people=1, form="email"),
    "phone": IdentifierType(per_person=5, people=1, form="phone"),
    "anonymous_id": IdentifierType(people=1),
}


class IdentitySettings(Section):
    """Which identifiers join into one person.

    The order of ``types`` is their priority: of two links in one event that contradict each other the one of the
    stronger types counts, and of two identifiers that turn out to serve several people the weaker one is shared. A
    shared value belongs to nobody from that moment on. Values in ``block`` never join anybody.

    >>> list(IdentitySettings().types)
    ['user_id', 'email', 'phone', 'anonymous_id']
    """

    types: dict[str, IdentifierType] = Field(default_factory=lambda: dict(TYPES))
    block: tuple[MissingId, ...] = ()

    @field_validator("types")
    @classmethod
    def _with_users(cls, types: dict[str, IdentifierType]) -> dict[str, IdentifierType]:
        for name in types:
            if not re.fullmatch("[a-z][a-z0-9_]*", name):
                msg = f"{name!r} cannot be a type of identifier: use small letters, digits and _, first a letter."
                raise StamkundError("bad_name", msg, field=name)
        if "user_id" not in types:
            msg = "Events carry a `user_id` if nothing else is said: give it a place, such as user_id: {per_person: 1}."
            raise StamkundError("missing_key", msg)
        if types["user_id"].people is not None:
            msg = "An event with a user_id is that user's: `people` says nothing here. Take it away."
            raise StamkundError("unused_setting", msg, field="user_id.people")
        return types
