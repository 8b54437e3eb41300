"""The household of one person."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def household_id(values: Iterable[object]) -> str | None:
    """The id of the household of people with these values of its attributes, however written; None if one is missing.

    >>> household_id(["Storgatan 1", "222 22"]) == household_id(["storgatan  1", "222 22 "])
    True
    >>> household_id(["Storgatan 1", None]), household_id(["Storgatan 1", " "])
    (None, None)
    """
    texts = ["" if value is None else " ".join(str(value).casefold().split()) for value in values]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16] if all(texts) else None
