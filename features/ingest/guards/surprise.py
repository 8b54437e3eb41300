"""A surprise: something that is not as it was at the last build, refused with one error unless it is accepted."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from features.errors import StamkundError

ACCEPTABLE: Final = (
    *("missing_file", "fewer_rows", "changed_type", "empty_column", "more_rejected"),
    *("unknown_attribute", "unknown_kind"),
)


@dataclass(frozen=True)
class Surprise:
    """What is not as it was: its code, the source, and what came and what was there before."""

    code: str
    source: str
    text: str


def check_codes(accept: Iterable[str]) -> None:
    """Refuse a code that no guard has."""
    for code in accept:
        if code not in ACCEPTABLE:
            raise StamkundError.unknown("unknown_code", "code to accept", code, ACCEPTABLE, field="accept")


def refuse(surprises: Iterable[Surprise], accept: Collection[str]) -> None:
    """Raise one error that tells every surprise whose code is not accepted, and how to accept them.

    >>> refuse([Surprise("fewer_rows", "orders", "2 rows, less than half of the 9 before.")], ["missing_file"])
    Traceback (most recent call last):
    features.errors.StamkundError: orders: 2 rows, less than half of the 9 before.
    Nothing was changed. Mend it, or if it is right: `stamkund build --accept missing_file,fewer_rows`.
    """
    refused = [surprise for surprise in surprises if surprise.code not in accept]
    if not refused:
        return
    codes = ",".join(dict.fromkeys([*accept, *(surprise.code for surprise in refused)]))
    told = "\n".join(f"{surprise.source}: {surprise.text}" for surprise in refused)
    text = f"{told}\nNothing was changed. Mend it, or if it is right: `stamkund build --accept {codes}`."
    raise StamkundError(refused[0].code, text, field=f"sources.{refused[0].source}")
