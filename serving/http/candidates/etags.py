"""Versions as the ETags of HTTP (RFC 9110, section 8.8.3)."""

from __future__ import annotations

import re
from typing import Final

from features.errors import StamkundError

_TAG: Final = r'(?:W/)?"[\x21\x23-\x7e]*"'
_TAGS: Final = re.compile(rf"{_TAG}(?:\s*,\s*{_TAG})*", re.ASCII)


def etag(version: int) -> str:
    """The ETag of a version.

    >>> etag(3)
    '"3"'
    """
    return f'"{version}"'


def is_met(if_match: str, version: int) -> bool:
    """Whether a header If-Match names a version; it may name several, or any by ``*``.

    >>> is_met('"3"', 3), is_met('"2", "3"', 3), is_met("*", 3), is_met('"2"', 3), is_met('W/"3"', 3)
    (True, True, True, False, False)
    """
    if if_match.strip() == "*":
        return True
    if _TAGS.fullmatch(if_match.strip()) is None:
        raise StamkundError("bad_etag", text=if_match, field="If-Match")
    return etag(version) in re.findall(_TAG, if_match)
