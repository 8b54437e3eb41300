"""What all sections of ``stamkund.yaml`` have in common."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from features.moments import parse, utc


class Section(BaseModel):
    """A section of the file: frozen, and strict about its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


def _moment(value: object) -> datetime:
    """A moment as YAML reads it, or as a text in ISO 8601; a number is none, whatever it might count."""
    if isinstance(value, datetime):
        return value
    return datetime.combine(value, time.min) if isinstance(value, date) else utc(parse(value, code="bad_setting"))


Whole = Annotated[int, Field(strict=True)]  # neither 2.0, nor '2', nor true
Number = Annotated[float, Field(strict=True)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
