"""A placement: where candidates are to be shown, how many, and of which types and formats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from features.arrays import Mask
from serving.decisions.candidates.candidates import Candidates


@dataclass(frozen=True)
class Placement:
    """Where candidates are to be shown, and how many; without types or formats, of any."""

    id: str
    count: int = 1
    types: Sequence[str] = ()
    formats: Sequence[str] = ()

    def fits(self, candidates: Candidates) -> Mask | None:
        """``[candidate]``: whether it may be shown here, where not all may; one of no formats comes in any."""
        return candidates.fitting(self.types, self.formats) if self.types or self.formats else None
