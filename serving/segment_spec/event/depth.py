"""Messages that are nested deeper than anything reads: each is cut where it becomes so, and refused alone."""

from __future__ import annotations

from typing import Final
from uuid import uuid4

import numpy as np

DEEPEST: Final = 250  # levels of a body that are read; what lies below is cut off
MARK: Final = uuid4().hex  # in the place of what is cut off, and at the message that lacks it; nobody outside knows it
_CUT: Final = f'"{MARK}"'.encode()
_LEVELS: Final = np.zeros(256, dtype=np.int32)
_LEVELS[[*b"{["]], _LEVELS[[*b"}]"]] = 1, -1


def cut(body: bytes) -> bytes:
    """The JSON of a body with the mark in the place of each value that lies deeper than :data:`DEEPEST`.

    >>> cut(b"[" * 300 + b"]" * 300) == b"[" * DEEPEST + _CUT + b"]" * DEEPEST
    True
    """
    bare = np.frombuffer(body.replace(b"\\\\", b"__").replace(b'\\"', b"__"), dtype=np.uint8)
    outside = np.cumsum(bare == ord('"')) % 2 == 0
    level = np.cumsum(np.where(outside, _LEVELS[bare], 0))
    deep = np.concatenate([[False], level > DEEPEST, [False]])
    starts, ends = np.flatnonzero(deep[1:] & ~deep[:-1]), np.flatnonzero(deep[:-1] & ~deep[1:]) + 1
    parts, after = [], 0
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        parts += [body[after:start], _CUT]
        after = end
    return b"".join([*parts, body[after:]])


def marked(content: object) -> object:
    """A body that was cut, with a mark at each of its messages that lacks something."""
    if isinstance(content, dict) and isinstance(batch := content.get("batch"), list):
        return {**content, "batch": [_marked(message) for message in batch]}
    return _marked(content)


def _marked(message: object) -> object:
    is_cut = isinstance(message, dict) and MARK in repr(message)
    return {**message, MARK: None} if is_cut and isinstance(message, dict) else message
