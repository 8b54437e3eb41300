"""The policy as it holds for one decision: marked on the candidates, and asked for each one that is to be chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from features.arrays import Ints
from serving.decisions.eligibility.checks import Check, Failing
from serving.decisions.policy.allowance import Allowance
from serving.decisions.policy.telling import Params, params

REST = "rest"


@dataclass(frozen=True)
class Restraint:
    """What limits leave, and until when (µs) each candidate rests, by rest; amounts have so many ``decimals``.

    ``full`` tells, for each placement that was chosen for, which candidates were passed over because others of this
    decision took what was left: by which limit, and its parameters then.
    """

    allowance: Allowance
    resting: Mapping[str, Ints]
    decimals: int
    full: list[dict[int, tuple[Check, Params]]] = field(default_factory=list)

    def mark(self, failing: Failing) -> None:
        """Mark the candidates that have had enough, or that rest."""
        short = self.allowance.failing
        for row, limit in enumerate(self.allowance.board.limits):
            if short[row].any():
                tell = partial(self._params, row)
                failing.mark(limit.code, short[row], limit.name, tell=tell)
        for name, until in self.resting.items():
            failing.mark(REST, until > 0, name, tell=partial(_rest, name, until))

    def _params(self, row: int, candidate: int) -> Params:
        return params(self.allowance, row, candidate, decimals=self.decimals)

    def start(self) -> None:
        """Begin with the next placement."""
        self.full.append({})

    def has_room(self, candidate: int) -> bool:
        """Whether there is room for a candidate beside those that were taken; if not, it is noted why."""
        if self.allowance.fits[candidate]:
            return True
        row = self.allowance.short_of(candidate)
        limit = self.allowance.board.limits[row]
        self.full[-1][candidate] = Check(limit.code, limit.name), self._params(row, candidate)
        return False

    def leaves(self, candidate: int) -> bool:
        """Whether there is room for a candidate, and it does not rest."""
        return bool(self.allowance.fits[candidate]) and not any(until[candidate] for until in self.resting.values())

    def take(self, candidate: int) -> None:
        """Take a candidate, so that there is less room for the next one."""
        self.allowance.take(candidate)


def _rest(name: str, until: Ints, candidate: int) -> Params:
    return {REST: name, "again_at": int(until[candidate])}
