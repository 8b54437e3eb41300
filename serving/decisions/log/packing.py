"""Packing arrays: each behind its type and length, all of them compressed."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
_TYPES: Final = tuple(map(np.dtype, ("uint8", "uint16", "uint32", "uint64", "float64")))
_WHOLE: Final = [(dtype, int(np.iinfo(dtype).max)) for dtype in _TYPES[:4]]
_HEAD: Final = struct.Struct("<BI")


def pack(arrays: Sequence[Array]) -> bytes:
    """Bytes of some flat arrays, whole numbers in as few bytes as they need.

    >>> [array.tolist() for array in unpack(pack([np.array([1, 2, 300]), np.array([0.5, np.nan])]))]
    [[1, 2, 300], [0.5, nan]]
    """
    parts = []
    for array in map(_narrow, arrays):
        parts += [_HEAD.pack(_TYPES.index(array.dtype), array.size), array.tobytes()]
    return zlib.compress(b"".join(parts), 6)


def unpack(packed: bytes) -> list[Array]:
    """The arrays of such bytes."""
    raw, at, arrays = zlib.decompress(packed), 0, []
    while at < len(raw):
        kind, size = _HEAD.unpack_from(raw, at)
        dtype = _TYPES[kind]
        arrays.append(np.frombuffer(raw, dtype, size, at + _HEAD.size))
        at += _HEAD.size + size * dtype.itemsize
    return arrays


def _narrow(array: Array) -> Array:
    if array.dtype.kind == "f":
        return array.astype(np.float64, copy=False)
    most = int(array.max(initial=0))
    return array.astype(next(dtype for dtype, largest in _WHOLE if most <= largest))
