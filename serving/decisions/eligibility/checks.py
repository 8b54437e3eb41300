"""What can keep a candidate from being shown: one bit each, in the order in which reasons are told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from features.arrays import Ints, Mask

NO_CONSENT, NO_PERMISSION, QUIET_HOURS = "no_consent", "no_permission", "quiet_hours"
OF_THE_PERSON: Final = (NO_PERMISSION, QUIET_HOURS, NO_CONSENT)  # keep every candidate from them alike
WRONG_PLACEMENT: Final = "wrong_placement"  # is told of one placement, and of another not
# Of several reasons the first in this order is told first.
REASONS: Final = (
    *OF_THE_PERSON, WRONG_PLACEMENT, "wrong_channel", "paused", "expired", "not_started", "no_model",
    "not_contacted", "already_redeemed", "control", "negative_uplift",
    "no_value", "no_score",
)  # fmt: skip
OF_THE_CHOICE: Final = (
    "shown_elsewhere",
    "too_alike",
    "outranked",
    "outscored",
)  # why an eligible candidate is not in a placement

Tell = Callable[[int], Mapping[str, object]]  # the parameters of a check for the candidate at a place
_WORD: Final = 64


class Check(NamedTuple):
    """A reason by its code; of rules and caps, of which there are several, also by its name."""

    code: str
    name: str = ""


@dataclass(frozen=True)
class Checks:
    """Every check of a decision, each with its place: :data:`REASONS`, then declared rules, then caps.

    >>> checks = Checks.of([Check("rule", "adults_only")])
    >>> checks.place("no_consent"), checks.place("rule", "adults_only"), len(checks.all)
    (2, 15, 16)
    """

    all: tuple[Check, ...]

    @classmethod
    def of(cls, declared: Iterable[Check] = ()) -> Checks:
        """The checks that stand always, and behind them what is declared."""
        return cls((*map(Check, REASONS), *declared))

    @cached_property
    def _places(self) -> dict[Check, int]:
        return {check: place for place, check in enumerate(self.all)}

    def place(self, code: str, name: str = "") -> int:
        """The place of a check, which is the number of its bit."""
        return self._places[Check(code, name)]


class Failing:
    """``bits[candidate, word]`` uint64: the checks that each candidate fails; it is eligible where all are zero.

    >>> failing = Failing(Checks.of(), 2)
    >>> failing.mark("no_value", np.array([True, False]))
    >>> failing.mark("expired", np.array([True, False]))
    >>> failing.eligible.tolist(), failing.first.tolist(), failing.of(0), failing.counts()
    ([False, True], [6, -1], [6, 13], {'expired': 1})
    """

    def __init__(self, checks: Checks, candidates: int) -> None:
        self.checks = checks
        self.bits = np.zeros((candidates, -(-len(checks.all) // _WORD)), dtype=np.uint64)
        self._tell: dict[int, Tell] = {}

    def mark(self, code: str, fails: Mask, name: str = "", *, tell: Tell | None = None) -> None:
        """Set a check's bit for the candidates that fail it; ``tell`` gives its parameters when asked for."""
        if not fails.any():
            return
        place = self.checks.place(code, name)
        word, bit = divmod(place, _WORD)
        self.bits[fails, word] |= np.uint64(1 << bit)
        if tell is not None:
            self._tell[place] = tell

    @property
    def eligible(self) -> Mask:
        """``[candidate]``: whether it fails nothing."""
        return np.logical_not(self.bits.any(axis=1), dtype=np.bool_)

    def only(self, code: str) -> Mask:
        """``[candidate]``: whether it fails this check and nothing else."""
        word, bit = divmod(self.checks.place(code), _WORD)
        alone = np.zeros(self.bits.shape[1], dtype=np.uint64)
        alone[word] = np.uint64(1 << bit)
        return np.asarray((self.bits == alone).all(axis=1))

    @property
    def first(self) -> Ints:
        """``[candidate]``: the place of the first check that it fails, −1 where it fails none."""
        first = np.full(len(self.bits), -1)
        for word in range(self.bits.shape[1] - 1, -1, -1):
            bits = self.bits[:, word]
            lowest = np.bitwise_count(~bits & (bits - np.uint64(1))).astype(np.int64)  # zeros below the lowest bit
            first = np.where(bits != 0, lowest + word * _WORD, first)
        return first

    def counts(self) -> dict[str, int]:
        """How many candidates are out, by the code of the first check that each fails."""
        counts, first = Counter[str](), self.first
        for place, out in enumerate(np.bincount(first[first >= 0]).tolist()):
            if out:
                counts[self.checks.all[place].code] += out
        return dict(counts)

    def of(self, candidate: int) -> list[int]:
        """The places of all checks that a candidate fails."""
        return [
            word * _WORD + bit
            for word, bits in enumerate(self.bits[candidate].tolist())
            for bit in range(_WORD)
            if bits >> bit & 1
        ]

    def params(self, place: int, candidate: int) -> Mapping[str, object]:
        """The parameters that were given with a check, for one candidate."""
        tell = self._tell.get(place)
        return {} if tell is None else tell(candidate)
