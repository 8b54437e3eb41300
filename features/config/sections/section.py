"""What all sections of ``stamkund.yaml`` have in common."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from difflib import get_close_matches
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from features import sql
from features.errors import StamkundError
from features.events.identifiers import TYPE
from features.events.kinds import canonical_kind
from features.events.tables import HTTP
from features.reading.iso import as_written


class Section(BaseModel):
    """A section of the file: frozen, and strict about its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


def check_id_types(names: Iterable[str]) -> None:
    """Raise :class:`StamkundError` ``bad_name`` for what cannot be a type of identifier."""
    for name in names:
        if not re.fullmatch(TYPE, name):
            msg = f"{name!r} cannot be a type of identifier: use small letters, digits and _, first a letter."
            raise StamkundError("bad_name", msg, field=name)


def check_names(names: Iterable[str]) -> None:
    """Raise :class:`StamkundError` ``bad_name`` for what cannot be the name of a source or a target."""
    for name in names:
        if not re.fullmatch(r"[A-Za-z_][\w-]*", name) or name == HTTP:
            msg = f"{name!r} cannot be a name here: use letters, digits, - and _, first a letter or _ (not `http`)."
            raise StamkundError("bad_name", msg, field=name)


def _moment(value: object) -> datetime:
    """A moment as YAML reads it, or as a text in ISO 8601; a number is none, whatever it might count."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time.min)
    return as_written(value, code="bad_setting")


def _zone(name: str) -> str:
    """A time zone that both reading and evaluation know."""
    if name != "UTC" and name not in (known := available_timezones() & {*sql.zones()}):
        near = get_close_matches(name, known, n=1)
        hint = f"; did you mean '{near[0]}'?" if near else "."
        msg = (
            f"'{name}' is no zone of the IANA database, such as Europe/Berlin{hint} Where a column tells the zone of "
            f"each row, say so in the time: `time: timezone({sql.name(name)}, CAST(… AS TIMESTAMP))`."
        )
        raise StamkundError("unknown_timezone", msg)
    return name


def _kind(name: str) -> str:
    """A kind of event by any of its names."""
    kind = canonical_kind(name)
    if not kind:
        msg = f"{name!r} names no kind of event: it has no letters and digits"
        raise ValueError(msg)
    return kind


def _id(value: object) -> object:
    """An id as YAML writes it: ``null`` and numbers without quotes are those words."""
    return "null" if value is None else str(value) if isinstance(value, int | float) else value


def _word(value: object) -> object:
    """A word of a column as YAML writes it: a whole number without quotes is one."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Whole = Annotated[int, Field(strict=True)]  # neither 2.0, nor '2', nor true
Number = Annotated[float, Field(strict=True)]
Zone = Annotated[str, AfterValidator(_zone)]
KindName = Annotated[str, AfterValidator(_kind)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Word = Annotated[str, BeforeValidator(_word), Field(min_length=1)]
MissingId = Annotated[str, BeforeValidator(_id)]
