"""A placement: where candidates are to be shown, how many, and of which types and formats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

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
        if not self.types and not self.formats:
            return None
        return np.array([self._shows(o.type, o.formats) for o in candidates.offers], dtype=np.bool_)

    def _shows(self, type_: str, formats: frozenset[str]) -> bool:
        of_type = not self.types or type_ in self.types
        return of_type and (not self.formats or not formats or not formats.isdisjoint(self.formats))
