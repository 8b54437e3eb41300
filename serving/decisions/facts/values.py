"""What rules read of a person and a request, each value found when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from features.arrays import Floats
from features.evaluate.online.consent import Consent
from features.evaluate.online.record import Record
from features.facts.clock import clock
from features.language.rules.evaluate import MISSING, Cell
from features.language.rules.typed import typed
from features.language.rules.types import Names
from serving.scoring.lineup import Lineup
from serving.scoring.model_scores import customer_scores
from training.targets import PAIR


@dataclass(frozen=True)
class Values:
    """The values of names such as ``features.orders_90d`` for one person in one situation.

    ``features[0, column]`` are in the order of the lineup's columns; ``names`` tell what each value is.
    """

    record: Record
    lineup: Lineup
    features: Floats
    consent: Consent | None
    context: Mapping[str, object]
    as_of: int
    timezone: str
    names: Names
    campaign_scores: Mapping[str, float]
    _known: dict[str, Cell] = field(default_factory=dict)

    def __call__(self, name: str) -> Cell:
        """The value of a name, or that it is missing."""
        if name not in self._known:
            space, _, own = name.partition(".")
            value = _SPACES[space](self, own)
            self._known[name] = MISSING if value is None else Cell(value)
        return self._known[name]

    def _feature(self, name: str) -> object:
        place = self.lineup.feature_set.names.index(name)
        return self.lineup.feature_set.features[place].display(float(self.features[0, place]))

    def _trait(self, name: str) -> object:
        return typed(self.record.traits_at(self.as_of).get(name), self.names.spaces["traits"][name])

    def _score(self, name: str) -> object:
        """What a model says; of one about pairs, of the best campaign that has reached them."""
        model = self.lineup.models.get(name)
        if model is None:
            return None
        if model.target.entity == PAIR:
            return max(self.campaign_scores.values(), default=None)
        columns = self.lineup.columns.names[model.feature_set_hash]
        inside = self.lineup.populations[name].mask(self.features)
        words = self.lineup.phrasebooks[name]
        value = float(customer_scores(model, columns, self.features, inside, words=words, top=0).values[0])
        return None if np.isnan(value) else value

    def _consent(self, name: str) -> object:
        if self.consent is None:
            return None
        return self.consent.of(name, self.consent.rules.settings.purposes[name]).allowed

    def _context(self, name: str) -> object:
        return typed(self.context.get(name), self.names.spaces["context"][name])

    def _time(self, name: str) -> object:
        return clock(name, as_of=self.as_of, timezone=self.timezone)


_SPACES: Mapping[str, Callable[[Values, str], object]] = {
    "features": Values._feature,
    "traits": Values._trait,
    "scores": Values._score,
    "consent": Values._consent,
    "context": Values._context,
    "time": Values._time,
}
