"""PyArrow's functions on columns, loaded when the first is asked for: a service that only answers does without them."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    """The function of this name.

    >>> import pyarrow as pa
    >>> from features import compute as pc
    >>> pc.is_null(pa.array([1, None])).to_pylist()
    [False, True]
    """
    import pyarrow.compute  # noqa: PLC0415

    return getattr(pyarrow.compute, name)
