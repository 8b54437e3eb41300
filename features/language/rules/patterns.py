"""Patterns of texts: regular expressions of RE2, which take time by the length of the text, whatever they are."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import numpy as np

_KEPT: Final = 10_000  # texts of which it is remembered


def matches(text: Any, pattern: str) -> Any:
    r"""Whether a pattern is found in a text, or in each of an array.

    >>> matches("anna@example.com", r"@example\.(com|se)$"), matches(np.array(["tea", "cup"], dtype=object), "^t")
    (True, array([ True, False]))
    """
    return _in_each(text.tolist(), pattern) if isinstance(text, np.ndarray) else _in_one(text, pattern)


def check_pattern(pattern: str) -> None:
    """Raise ``ValueError`` of what is no pattern, or of one that would take more than time by the length."""
    _in_each([""], pattern)


@lru_cache(maxsize=_KEPT)
def _in_one(text: str, pattern: str) -> bool:
    return bool(_in_each([text], pattern)[0])


def _in_each(texts: list[str], pattern: str) -> Any:
    import pyarrow as pa  # noqa: PLC0415  (most rules have no pattern)
    import pyarrow.compute as pc  # noqa: PLC0415

    return pc.match_substring_regex(pa.array(texts, pa.string()), pattern).to_numpy(zero_copy_only=False)
