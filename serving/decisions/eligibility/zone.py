"""Which clock a customer lives by."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from features.errors import StamkundError

NAME = "timezone"  # of the trait, and of what a request tells


def zone_of(context: Mapping[str, object], traits: Mapping[str, object], company: str) -> str:
    """The time zone that a request tells, or else the customer's trait, or else the company's.

    A request that tells none that is known is refused; a trait that does is not gone by.

    >>> zone_of({}, {"timezone": "Asia/Tokyo"}, "UTC"), zone_of({}, {"timezone": "home"}, "UTC")
    ('Asia/Tokyo', 'UTC')
    """
    told = context.get(NAME)
    if told is not None and not _is_zone(told):
        raise StamkundError("unknown_timezone", field=f"context.{NAME}", timezone=str(told))
    if told is not None:
        return str(told)
    trait = traits.get(NAME)
    return str(trait) if _is_zone(trait) else company


def _is_zone(name: object) -> bool:
    return isinstance(name, str) and _is_known(name)


@lru_cache(maxsize=1024)
def _is_known(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return bool(name)
