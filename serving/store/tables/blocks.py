"""Rows in blocks, as many as one statement takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Row = TypeVar("Row")


def blocks(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """The rows in blocks of so many, the last one shorter; none of nothing.

    >>> list(blocks("abc", 2))
    [['a', 'b'], ['c']]
    """
    rest = iter(rows)
    while block := list(islice(rest, size)):
        yield block
