"""What features and models tell of some customers, each figure worked out for all of them when first asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from features.arrays import Floats
from features.evaluate.online.record import Record
from serving.scoring.lineup import Lineup
from serving.scoring.model_scores import customer_scores, reason_of
from serving.scoring.pair_scores import pair_reasons, score_pairs
from serving.scoring.rows.pairs import Pairs
from training.learners.model import Model


def feature_rows(lineup: Lineup, records: Sequence[Record], *, as_of: int) -> Floats:
    """``[customer, column]``: the customers' features, in the order of the lineup's columns."""
    return np.ascontiguousarray(lineup.columns.feature_set.online.matrix(records, as_of=as_of))


@dataclass(frozen=True)
class Known:
    """Some customers at a moment: their records, and each one's pairs with campaigns.

    A customer's figures are bit for bit the same in any company. Without a model all chances are the ``usual`` one, or
    not known where that is None.
    """

    lineup: Lineup
    records: Sequence[Record]
    pairs: Sequence[Pairs]
    as_of: int
    usual: float | None = None
    _scores: dict[str, Floats] = field(default_factory=dict)
    _reasons: dict[tuple[int, str, int], list[object]] = field(default_factory=dict)

    @cached_property
    def features(self) -> Floats:
        """``[customer, column]``: their features."""
        return feature_rows(self.lineup, self.records, as_of=self.as_of)

    @cached_property
    def responses(self) -> Model | None:
        """The model of how likely they respond to a campaign."""
        return self.lineup.headline_model("propensities")

    @cached_property
    def campaign_scores(self) -> Sequence[dict[str, float]]:
        """By campaign what that model says of each customer; NaN where there is none."""
        pairs = Pairs.of_customers(self.pairs)
        scores = np.full(len(pairs.campaigns), np.nan if self.usual is None else self.usual)
        if self.responses is not None:
            scores = score_pairs(self.responses, self._names(self.responses), self.features, pairs)
        ends = np.cumsum([len(each.campaigns) for each in self.pairs])[:-1]
        return [
            dict(zip(each.campaigns, own.tolist(), strict=True))
            for each, own in zip(self.pairs, np.split(scores, ends), strict=True)
        ]

    def campaign_reasons(self, place: int, campaign: str, *, top: int) -> list[object]:
        """Why a campaign has its score for the customer at a place; so many reasons."""
        asked = place, campaign, top
        if asked not in self._reasons:
            self._reasons[asked] = self._reasons_of(place, campaign, top)
        return self._reasons[asked]

    def _reasons_of(self, place: int, campaign: str, top: int) -> list[object]:
        model, pairs = self.responses, self.pairs[place]
        if model is None:
            return []
        words, own = self.lineup.phrasebooks[model.name], self.features[place : place + 1]
        pair = pairs.pick(np.array([pairs.campaigns.index(campaign)]))
        return [reason_of(each) for each in pair_reasons(model, self._names(model), own, pair, words=words, top=top)[0]]

    def scores(self, model: Model) -> Floats:
        """``[customer]``: what a model of customers says, NaN outside its population."""
        name = model.name
        if name not in self._scores:
            inside, words = self.lineup.populations[name].mask(self.features), self.lineup.phrasebooks[name]
            told = customer_scores(model, self._names(model), self.features, inside, words=words, top=0)
            self._scores[name] = told.values
        return self._scores[name]

    def _names(self, model: Model) -> Sequence[str]:
        """What a model calls the columns of the features."""
        return self.lineup.columns.names[model.feature_set_hash]
