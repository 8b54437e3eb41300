"""Rows of integers as bytes, each row with as many bytes a value as its greatest needs.

The lowest integer stands for one that is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from features.arrays import Mask
from features.language.terms import LOWEST

_TYPES: Final[dict[int, Any]] = {1: np.int8, 2: np.int16, 4: np.int32, 8: np.int64}
_GREATEST: Final = np.array([np.iinfo(kind).max for kind in _TYPES.values()])
_WIDTHS: Final = np.array(list(_TYPES))
_MISSING: Final = {width: np.iinfo(kind).min for width, kind in _TYPES.items()}


def pack(rows: npt.NDArray[Any]) -> tuple[list[int], bytes]:
    r"""How many bytes a value of each row ``[row, value]`` takes, and the bytes.

    >>> pack(np.array([[1, 300], [5, LOWEST]]))
    ([2, 1], b'\x01\x00,\x01\x05\x80')
    """
    missing = rows == LOWEST
    greatest = np.abs(np.where(missing, 0, rows)).max(axis=1, initial=0)
    widths = _WIDTHS[np.searchsorted(_GREATEST, greatest)].tolist()
    return widths, b"".join(map(_narrow, rows, missing, widths))


def _narrow(row: npt.NDArray[Any], missing: Mask, width: int) -> bytes:
    values = row.astype(_TYPES[width])
    values[missing] = _MISSING[width]
    return values.tobytes()


def unpack(data: bytes, widths: Sequence[int], rows: npt.NDArray[Any], *, start: int) -> int:
    """Fill ``[row, value]`` with the rows whose bytes begin at ``start``; where they end.

    >>> widths, data = pack(np.array([[1, 300], [5, LOWEST]]))
    >>> rows = np.empty((2, 2), dtype=np.int64)
    >>> unpack(data, widths, rows, start=0), rows.tolist() == [[1, 300], [5, LOWEST]]
    (6, True)
    """
    for row, width in zip(rows, widths, strict=True):
        values = np.frombuffer(data, _TYPES[width], len(row), start)
        row[:] = values
        if width < row.itemsize == 8:
            row[values == _MISSING[width]] = LOWEST
        start += values.nbytes
    return start
