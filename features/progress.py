"""How long work tells its progress."""

from __future__ import annotations

from collections.abc import Callable

# The name of the step that begins or ends, how many steps are done, and how many there are.
Progress = Callable[[str, int, int], None]


def silent(step: str, done: int, total: int) -> None:
    """Show no progress."""
