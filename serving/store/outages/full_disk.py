"""Whether a disk without room has ended a command, whoever noticed it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from typing import Final

from features.errors import StamkundError

FULL: Final = (errno.ENOSPC, errno.EDQUOT)
# What engines and databases write whose errors have no number.
WORDS: Final = ("No space left on device", "Disk quota exceeded", "database or disk is full")


def disk_full(error: BaseException) -> StamkundError | None:
    """The coded error where a full disk is what an error came of; None for any other.

    >>> str(disk_full(OSError(errno.ENOSPC, "No space left on device")))[:39]
    'There is no room left on the disk. Noth'
    >>> disk_full(OSError(errno.EACCES, "Permission denied")) is None
    True
    """
    return StamkundError("disk_full") if any(map(_tells, _chain(error))) else None


def _tells(error: BaseException) -> bool:
    return (isinstance(error, OSError) and error.errno in FULL) or any(word in str(error) for word in WORDS)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
