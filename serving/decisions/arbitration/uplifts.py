"""What showing a candidate changes, by the models of experiments: which candidates go by which of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

import numpy as np

from features.arrays import Floats, Ints
from features.config.sections.decisions.policy.selection import Group, Touch
from features.language.rules.evaluate import MISSING, Cell, Read


@dataclass(frozen=True)
class Chances:
    """``[candidate]``: the chance that it is taken, and its uplift, by how much showing it raises a chance.

    What is unknown is NaN; uplifts are None where no target that tells them is declared.
    """

    propensities: Floats
    uplifts: Floats | None = None

    @cached_property
    def counted(self) -> Floats:
        """``[candidate]``: the uplift, or where there is none the propensity.

        >>> Chances(np.array([0.1, 0.2]), np.array([np.nan, -0.05])).counted
        array([ 0.1 , -0.05])
        """
        if self.uplifts is None:
            return self.propensities
        return np.where(np.isnan(self.uplifts), self.propensities, self.uplifts)


@dataclass(frozen=True)
class Uplifts:
    """The ``targets`` of uplift that are declared; ``which[candidate]`` is the place of the first about it, or −1.

    >>> tea, cup = Touch("tea", "mens", "offer", None), Touch("cup", "spring", "offer", None)
    >>> Uplifts.of({"mens_uplift": Group(campaign=["mens"])}, [tea, cup]).which
    array([ 0, -1])
    """

    targets: tuple[str, ...] = ()
    which: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    @classmethod
    def of(cls, declared: Mapping[str, Group], candidates: Iterable[Touch]) -> Self:
        """Those that are declared, for candidates as they are shown on no channel."""
        groups = [*declared.values()]
        which = [next((n for n, group in enumerate(groups) if group.holds(each)), -1) for each in candidates]
        return cls(tuple(declared), np.array(which, dtype=np.int64))

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(f"scores.{target}" for target in self.targets)

    def told(self, read: Read) -> Floats:
        """``[target]``: what the models say of a person, NaN where they say nothing."""
        cells = map(read, self._names)
        return np.array([cell.value if cell.known else np.nan for cell in cells], dtype=np.float64)

    def of_candidates(self, read: Read) -> Floats | None:
        """``[candidate]``: its uplift for a person, NaN where nothing tells it; None without targets."""
        return np.append(self.told(read), np.nan)[self.which] if self.targets else None

    def read_of(self, told: Sequence[float] = ()) -> Read:
        """What tells the same again."""
        cells = {
            name: MISSING if np.isnan(value) else Cell(value) for name, value in zip(self._names, told, strict=True)
        }
        return lambda name: cells.get(name, MISSING)

    def target_of(self, candidate: int) -> str:
        """The target by which a candidate goes."""
        return self.targets[int(self.which[candidate])]


NONE = Uplifts()
