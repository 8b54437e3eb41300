"""One type of identifier: how its values are written, and how many of them may belong together."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated, Self

from pydantic import Field

from features.addresses import Form, form_of, normal
from features.config.sections.section import Section, Whole
from features.errors import StamkundError

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

    def spellings(self, value: str) -> set[str]:
        """A value as it may have come: as told, plain, and a phone number of a region as it is dialled there.

        >>> swedish = IdentifierType(form="phone", region="SE")
        >>> sorted(swedish.spellings("+46 (0)70 123 45 67"))
        ['+46 (0)70 123 45 67', '+46701234567', '0046701234567', '0701234567']
        """
        plain, spellings = self.plain(value), {value, self.plain(value)}
        if self.region is not None:
            country, trunk = _prefixes(self.region)
            begin, rest = f"+{country}", plain.removeprefix(f"+{country}")
            spellings |= {f"{trunk}{rest}", f"00{country}{rest}"} if plain.startswith(begin) else set()
        return spellings

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
