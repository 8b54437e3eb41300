"""What people write of a candidate, read whole or refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from features.config.sections.decisions.candidates import ColumnType, Membership
from features.config.sections.decisions.placements import CandidateType
from features.config.settings import Settings
from features.errors import StamkundError
from features.events.money import amount_text, minor_units
from features.moments import iso
from features.reading.iso import parse
from serving.http.answers.requests import Id

Amount = Annotated[str, Field(max_length=40, description="An exact decimal in the currency.", examples=["2.50"])]
When = Annotated[str, Field(max_length=40, description="ISO 8601, by the company's clock where no offset is told.")]
Number = Annotated[float, Field(strict=True)]
Ids = Annotated[list[Id], Field(max_length=10_000)]
_AMOUNT: Final = re.compile(r"\d+(\.\d+)?", re.ASCII)
_KINDS: Final[Mapping[ColumnType, tuple[type, ...]]] = {
    "text": (str,), "number": (int, float), "boolean": (bool,), "moment": (str,), "list": (list,),
}  # fmt: skip


class Sheet(BaseModel):
    """A candidate as a whole: what is left out says nothing, and is not taken from the version before.

    Columns of your own, which the settings declare, stand beside the others.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    type: CandidateType = "offer"
    name: Id | None = Field(default=None, description="Its id, when left out.")
    campaign_id: Id | None = None
    starts: When | None = None
    ends: When | None = Field(default=None, description="Included; a day is meant to its end.")
    value: Amount | None = Field(default=None, description="Estimated when left out.", examples=["2.50"])
    cost: Amount | None = Field(default=None, description="Estimated when left out.", examples=["0.40"])
    item_ids: Ids = []
    channels: Ids = []
    formats: Ids = []
    tags: Ids = []
    issue: Id | None = None
    group: Id | None = None
    membership: Membership | None = Field(default=None, description="As the settings say, when left out.")
    priority: Number | None = None
    lever: Annotated[Number, Field(ge=0)] | None = None
    stock: Annotated[Number, Field(ge=0)] | None = None
    paused: Annotated[bool, Field(strict=True)] = False

    def content(self, settings: Settings) -> dict[str, Any]:
        """What is kept of it: moments in UTC, amounts with the decimals of the currency, and all that is unknown."""
        told = self.model_dump()
        own = _own_columns(self.model_extra or {}, settings)
        starts = _moment(self.starts, "starts", settings)
        ends = _moment(self.ends, "ends", settings, day_ends=True)
        if starts is not None and ends is not None and starts > ends:
            raise StamkundError("ends_before_starts", starts=starts, ends=ends, field="ends")
        amounts = {name: _amount(told[name], name, settings) for name in ("value", "cost")}
        return {**told, **own, "starts": starts, "ends": ends, **amounts}


class Fields(Sheet):
    """Some fields of a candidate, as they are to be: what is left out stays, and null lets a field be silent."""

    def over(self, kept: Mapping[str, Any]) -> Sheet:
        """The candidate that is kept, with these fields changed."""
        return Sheet.model_validate({**kept, **self.model_dump(exclude_unset=True)})


def _own_columns(sent: Mapping[str, object], settings: Settings) -> dict[str, object]:
    declared = settings.decisions.candidates.columns if settings.decisions is not None else {}
    for name, value in sent.items():
        if name not in declared:
            raise StamkundError.unknown("unknown_field", "field", name, {*Sheet.model_fields, *declared}, field=name)
        _check(name, value, declared[name])
    moments = {name: _moment(str(v), name, settings) for name, v in sent.items() if v and declared[name] == "moment"}
    return {**sent, **moments}


def _check(name: str, value: object, kind: ColumnType) -> None:
    fits = value is None or (isinstance(value, _KINDS[kind]) and isinstance(value, bool) == (kind == "boolean"))
    if not fits or (isinstance(value, list) and not all(isinstance(each, str) for each in value)):
        raise StamkundError("wrong_type", at=name, kind=kind, field=name)


def _moment(text: str | None, field: str, settings: Settings, *, day_ends: bool = False) -> str | None:
    if text is None:
        return None
    return iso(parse(text, code="bad_date", field=field, day_ends=day_ends, timezone=settings.timezone))


def _amount(text: str | None, field: str, settings: Settings) -> str | None:
    if text is None:
        return None
    decimals = settings.minor_units
    amount = Decimal(text) if _AMOUNT.fullmatch(text) else None
    minor = None if amount is None else minor_units(amount, decimals)
    if amount is None or minor is None or Decimal(minor).scaleb(-decimals) != amount:
        raise StamkundError(
            "bad_amount.decimals", text=text, decimals=decimals, currency=settings.currency, field=field
        )
    return amount_text(minor, decimals)
