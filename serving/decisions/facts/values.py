"""What rules read of a person and a request, each value found when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from features.evaluate.online.consent import Consent
from features.facts.clock import clock
from features.language.rules.evaluate import MISSING, Cell
from features.language.rules.typed import typed
from features.language.rules.types import Names
from insights.segments.person.segmentation import Segmentation
from serving.decisions.facts.known import Known
from training.targets import PAIR


@dataclass(frozen=True)
class Values:
    """The values of names such as ``features.orders_90d`` for the person at a place of those known, in one situation.

    ``names`` tell what each value is.
    """

    known: Known
    place: int
    consent: Consent | None
    context: Mapping[str, object]
    timezone: str
    names: Names
    segmentation: Segmentation = field(default_factory=Segmentation)
    _cells: dict[str, Cell] = field(default_factory=dict)

    def __call__(self, name: str) -> Cell:
        """The value of a name, or that it is missing."""
        if name not in self._cells:
            space, _, own = name.partition(".")
            value = _SPACES[space](self, own)
            self._cells[name] = MISSING if value is None else Cell(value)
        return self._cells[name]

    def _feature(self, name: str) -> object:
        feature_set = self.known.lineup.feature_set
        column = feature_set.names.index(name)
        return feature_set.features[column].display(float(self.known.features[self.place, column]))

    def _trait(self, name: str) -> object:
        traits = self.known.records[self.place].traits_at(self.known.as_of)
        return typed(traits.get(name), self.names.spaces["traits"][name])

    def _score(self, name: str) -> object:
        """What a model says; of one about pairs, of the best campaign that has reached them."""
        model = self.known.lineup.models.get(name)
        if model is None:
            return None
        if model.target.entity == PAIR:
            return max(self.known.campaign_scores[self.place].values(), default=None)
        value = float(self.known.scores(model)[self.place])
        return None if np.isnan(value) else value

    def _segment(self, name: str) -> object:
        return self.segmentation.segments[name](self).value

    def _percentile(self, name: str) -> object:
        cell = self.segmentation.percentile(name, self)
        return cell.value if cell.known else None

    def _journey(self, name: str) -> object:
        return self.segmentation.outcome(self.known.records[self.place], name, as_of=self.known.as_of)

    def _consent(self, name: str) -> object:
        if self.consent is None:
            return None
        return self.consent.of(name, self.consent.rules.settings.purposes[name]).allowed

    def _context(self, name: str) -> object:
        return typed(self.context.get(name), self.names.spaces["context"][name])

    def _time(self, name: str) -> object:
        return clock(name, as_of=self.known.as_of, timezone=self.timezone)


_SPACES: Mapping[str, Callable[[Values, str], object]] = {
    "features": Values._feature,
    "percentiles": Values._percentile,
    "traits": Values._trait,
    "scores": Values._score,
    "consent": Values._consent,
    "segments": Values._segment,
    "journeys": Values._journey,
    "context": Values._context,
    "time": Values._time,
}
