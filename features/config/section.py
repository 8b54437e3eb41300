"""What all sections of ``stamkund.yaml`` have in common."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from features.events.kinds import canonical_kind
from features.moments import utc
from features.reading.iso import parse


class Section(BaseModel):
    """A section of the file: frozen, and strict about its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


def _moment(value: object) -> datetime:
    """A moment as YAML reads it, or as a text in ISO 8601; a number is none, whatever it might count."""
    if isinstance(value, datetime):
        return value
    return datetime.combine(value, time.min) if isinstance(value, date) else utc(parse(value, code="bad_setting"))


def _kind(name: str) -> str:
    """A kind of event by any of its names."""
    kind = canonical_kind(name)
    if not kind:
        msg = f"{name!r} names no kind of event: it has no letters and digits"
        raise ValueError(msg)
    return kind


Whole = Annotated[int, Field(strict=True)]  # neither 2.0, nor '2', nor true
Number = Annotated[float, Field(strict=True)]
KindName = Annotated[str, AfterValidator(_kind)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
