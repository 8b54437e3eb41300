"""The callback to which work that takes long reports its steps."""

from __future__ import annotations

from collections.abc import Callable

# Called with the name of the present step, how many parts of the work are done, and how many there are.
Progress = Callable[[str, int, int], None]


def silent(step: str, done: int, total: int) -> None:
    """Show no progress."""
