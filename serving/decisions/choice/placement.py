"""A placement: where candidates are to be shown, and how many."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Placement:
    """Where candidates are to be shown, and how many."""

    id: str
    count: int = 1
