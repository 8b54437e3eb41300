"""How many candidates that are alike a placement shows: of one campaign, type, issue, group or id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from features.config.sections.decisions.arbitration import Alike
from serving.decisions.candidates.offers import Offer


@dataclass(frozen=True)
class Bound:
    """At most ``most`` candidates with one value of a ``column``; ``values[candidate]`` is None where it has none."""

    column: str
    most: int
    values: Sequence[str | None]


@dataclass(frozen=True)
class Diversity:
    """The bounds of what may be alike in one placement."""

    bounds: Sequence[Bound] = ()

    @classmethod
    def of(cls, declared: Mapping[Alike, int], offers: Sequence[Offer]) -> Self:
        """What is declared, for the candidates at hand."""
        return cls([Bound(name, most, [getattr(o, name) for o in offers]) for name, most in declared.items()])

    def too_alike(self, place: int, shown: Sequence[int]) -> Bound | None:
        """The first bound that forbids a candidate beside those that are shown; None where none does.

        >>> diversity = Diversity([Bound("group", 1, ["tea", "tea", "cup", None, None])])
        >>> [diversity.too_alike(place, [0, 3]) is not None for place in range(5)]
        [True, True, False, False, False]
        """
        for bound in self.bounds:
            value = bound.values[place]
            if value is not None and Counter(bound.values[other] for other in shown)[value] >= bound.most:
                return bound
        return None
