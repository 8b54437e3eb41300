"""Why a placement does not show the other candidates: by the first check that each fails, or as not the best."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np

from serving.decisions.candidates.candidates import Candidates
from serving.decisions.choice.decided import Decided
from serving.decisions.explanation.exclusion import Excluded, Exclusion, exclusions_of
from serving.decisions.explanation.slates import EXAMPLES, Explain

Each = TypeVar("Each")


@dataclass(frozen=True)
class Exclusions:
    """Tells in a ``language`` why candidates are not shown; ``units`` is how many minor units a unit has."""

    candidates: Candidates
    units: int
    language: str = "en"

    def all_for(self, reason: str, *, explain: Explain) -> list[Excluded]:
        """Every candidate, where a reason of the person keeps them all away."""
        every = self._fixed[reason]
        return [Excluded(reason, len(every), some(every, explain))] if every else []

    def excluded(
        self, decided: Decided, best: Sequence[int], shown: Mapping[int, str], *, explain: Explain
    ) -> list[Excluded]:
        """Those that a placement does not show beside its ``best``; ``shown`` tells in which others are some."""
        return [*self._failing(decided, explain), *self._not_best(decided, best, shown, explain)]

    def _failing(self, decided: Decided, explain: Explain) -> Iterator[Excluded]:
        """The candidates that fail a check, by the first one."""
        first = decided.failing.first
        for check in np.unique(first[first >= 0]).tolist():
            places = np.flatnonzero(first == check).tolist()
            told = [self._failed(decided, check, place) for place in some(places, explain)]
            yield Excluded(decided.failing.checks.all[check].code, len(places), told)

    def _failed(self, decided: Decided, check: int, place: int) -> Exclusion:
        """The exclusion of a candidate for a check that it fails."""
        code = decided.failing.checks.all[check].code
        if code in self._fixed:
            return self._fixed[code][place]
        params = decided.failing.params(check, place)
        if code == "no_value":
            params = {"expected": self._expected(decided, place)}
        return Exclusion.of(self.candidates.offers[place], code, self.language, **params)

    def _not_best(
        self, decided: Decided, best: Sequence[int], shown: Mapping[int, str], explain: Explain
    ) -> Iterator[Excluded]:
        """The eligible candidates that are shown elsewhere, or are worth less than the best."""
        offers, words = self.candidates.offers, self.language
        others = [place for place in decided.order.tolist() if place not in best]
        if elsewhere := [place for place in others if place in shown]:
            told = [
                Exclusion.of(offers[place], "shown_elsewhere", words, placement=shown[place])
                for place in some(elsewhere, explain)
            ]
            yield Excluded("shown_elsewhere", len(elsewhere), told)
        if outranked := [place for place in others if place not in shown]:
            least = min((self._expected(decided, place) for place in best), default=0.0)
            told = [
                Exclusion.of(offers[place], "outranked", words, expected=self._expected(decided, place), least=least)
                for place in some(outranked, explain)
            ]
            yield Excluded("outranked", len(outranked), told)

    def _expected(self, decided: Decided, place: int) -> float:
        """The expected value of a candidate in units of the currency."""
        return float(decided.worth.expected_values[place]) / self.units

    @cached_property
    def _fixed(self) -> dict[str, tuple[Exclusion, ...]]:
        """For each reason that needs no figure, each candidate's exclusion for it, made once."""
        return exclusions_of(self.candidates.offers, self.language)


def some(every: Sequence[Each], explain: Explain) -> Sequence[Each]:
    """All of them, or a few as examples."""
    return every[:EXAMPLES] if explain == "summary" else every
