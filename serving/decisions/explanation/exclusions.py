"""Why a placement does not show the other candidates: by the first check that each fails, or as not the best."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np

from features.arrays import Ints
from serving.decisions.candidates.candidates import Candidates
from serving.decisions.choice.decided import Decided
from serving.decisions.choice.diversity import Diversity
from serving.decisions.eligibility.checks import WRONG_PLACEMENT, Check
from serving.decisions.explanation.exclusion import Excluded, Exclusion, OneOfSeveral, Reason, exclusions_of
from serving.decisions.explanation.slates import EXAMPLES, Explain
from serving.decisions.policy.telling import Params

Each = TypeVar("Each")


@dataclass(frozen=True)
class Exclusions:
    """Tells in a ``language`` why candidates are not shown; ``units`` is how many minor units a unit has.

    ``in_full`` tells every check that a candidate fails, where all is asked for.
    """

    candidates: Candidates
    diversity: Diversity
    units: int
    language: str = "en"
    in_full: bool = False

    def all_for(self, reason: str, *, explain: Explain) -> list[Excluded]:
        """Every candidate, where a reason of the person keeps them all away."""
        every = self._fixed[reason]
        return [Excluded(reason, len(every), some(every, explain))] if every else []

    def excluded(
        self, decided: Decided, placement: int, shown: Mapping[int, str], *, explain: Explain
    ) -> list[Excluded]:
        """Those that a placement does not show; ``shown`` tells in which others are some."""
        first = decided.first(placement)
        best = [pick.place for pick in decided.picks[placement]]
        failing = self._failing(decided, placement, first, explain)
        others = [place for place in decided.order.tolist() if place not in best and first[place] < 0]
        full = {} if decided.restraint is None else decided.restraint.full[placement]
        rest = [place for place in others if place not in full]
        return [*failing, *self._full(full, explain), *self._not_best(decided, placement, rest, shown, explain)]

    def _failing(self, decided: Decided, placement: int, first: Ints, explain: Explain) -> Iterator[Excluded]:
        """The candidates that fail a check, by the first one."""
        for check in np.unique(first[first >= 0]).tolist():
            places = np.flatnonzero(first == check).tolist()
            told = [self._failed(decided, placement, check, place, explain) for place in some(places, explain)]
            yield Excluded(decided.failing.checks.all[check].code, len(places), told)

    def _failed(self, decided: Decided, placement: int, check: int, place: int, explain: Explain) -> Exclusion:
        """The exclusion of a candidate for the first check that it fails; with all others where all is asked for."""
        one = self._one(decided, placement, check, place)
        if not self.in_full or explain != "full":
            return one
        others = [self._one(decided, placement, other, place) for other in decided.failing.of(place) if other != check]
        codes = [decided.failing.checks.all[other].code for other in decided.failing.of(place) if other != check]
        also = [Reason(code, other.params, other.detail) for code, other in zip(codes, others, strict=True)]
        return OneOfSeveral(**vars(one), also=also)

    def _one(self, decided: Decided, placement: int, check: int, place: int) -> Exclusion:
        """The exclusion of a candidate for one check."""
        code, offer = decided.failing.checks.all[check].code, self.candidates.offers[place]
        if code in self._fixed:
            return self._fixed[code][place]
        params = decided.failing.params(check, place)
        match code:
            case "no_value":
                params = {"expected": self._expected(decided, place)}
            case "no_score":
                params = {"score": decided.arbitration.told(decided.worth.scores[place])}
            case "wrong_channel":
                params = {"channel": decided.facts.channel}
            case _ if code == WRONG_PLACEMENT:
                where = decided.placements[placement]
                wrong_type = bool(where.types) and offer.type not in where.types
                params = {"placement": where.id, "what": offer.type if wrong_type else "|".join(sorted(offer.formats))}
        return Exclusion.of(offer, code, self.language, **params)

    def _full(self, full: Mapping[int, tuple[Check, Params]], explain: Explain) -> Iterator[Excluded]:
        """The candidates that a limit had room for, but not beside those that were chosen."""
        for check in dict.fromkeys(check for check, _ in full.values()):
            places = [place for place, (limit, _) in full.items() if limit == check]
            told = [
                Exclusion.of(self.candidates.offers[place], check.code, self.language, **full[place][1])
                for place in some(places, explain)
            ]
            yield Excluded(check.code, len(places), told)

    def _not_best(
        self, decided: Decided, placement: int, others: Sequence[int], shown: Mapping[int, str], explain: Explain
    ) -> Iterator[Excluded]:
        """The eligible candidates that are shown elsewhere, are too much like the best, or are worth less."""
        best = [pick.place for pick in decided.picks[placement]]
        elsewhere, left = [p for p in others if p in shown], [p for p in others if p not in shown]
        alike = self._too_alike(decided, placement, left, best)
        least = min((score for place in best if (score := self._told(decided, place)) is not None), default=0.0)
        low = "outranked" if decided.arbitration.is_plain else "outscored"
        named = "expected" if decided.arbitration.is_plain else "score"
        reasons: dict[str, Mapping[int, Mapping[str, object]]] = {
            "shown_elsewhere": {place: {"placement": shown[place]} for place in elsewhere},
            "too_alike": alike,
            low: {place: {named: self._told(decided, place), "least": least} for place in left if place not in alike},
        }
        for reason, places in reasons.items():
            if places:
                told = [
                    Exclusion.of(self.candidates.offers[place], reason, self.language, **places[place])
                    for place in some([*places], explain)
                ]
                yield Excluded(reason, len(places), told)

    def _too_alike(
        self, decided: Decided, placement: int, left: Sequence[int], best: Sequence[int]
    ) -> dict[int, Mapping[str, object]]:
        """Those that would be shown, were there not others like them, each with what it has in common with these."""
        if not self.diversity.bounds:
            return {}
        is_full = len(best) == decided.placements[placement].count
        ranks = {place: rank for rank, place in enumerate(decided.order.tolist())}
        last = max((ranks[place] for place in best), default=-1) if is_full else len(ranks)
        found = {place: self.diversity.too_alike(place, best) for place in left if ranks[place] < last}
        return {
            place: {"most": bound.most, "what": bound.column, "value": bound.values[place]}
            for place, bound in found.items()
            if bound is not None
        }

    def _told(self, decided: Decided, place: int) -> float | None:
        """The score of a candidate as it is told."""
        return decided.arbitration.told(decided.worth.scores[place])

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
