"""A model's scores of the pairs of customers and the campaigns that reached them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from features.arrays import Floats, Ints
from features.profiles.pairs.features import PAIR_FEATURES
from features.sentences.phrasebook import Phrasebook
from serving.scoring.model_scores import ModelScores, columns_read
from serving.scoring.rows.pairs import Pairs
from training.learners.model import Model, Reason


def score_pairs(model: Model, names: Sequence[str], features: Floats, pairs: Pairs) -> Floats:
    """The score of each pair."""
    return model.predict(pair_matrix(model, names, features, pairs)) if len(pairs.rows) else np.empty(0)


def pair_reasons(
    model: Model, names: Sequence[str], features: Floats, pairs: Pairs, *, words: Phrasebook, top: int
) -> list[list[Reason]]:
    """The reasons behind each pair's score."""
    if not len(pairs.rows):
        return []
    return model.told_reasons(pair_matrix(model, names, features, pairs), words, top)


def best_pair_scores(
    model: Model,
    names: Sequence[str],
    features: Floats,
    pairs: Pairs,
    values: Floats,
    *,
    words: Phrasebook,
    top: int,
) -> ModelScores:
    """Each customer's campaign with the highest of the pairs' scores (``values``); of equal ones the first."""
    n = len(features)
    best_values, percentiles = np.full(n, np.nan), np.zeros(n, dtype=np.int64)
    reasons: list[Sequence[Reason]] = [()] * n
    campaigns: list[str | None] = [None] * n
    best = best_pairs(pairs, values)
    if len(best):
        rows, chosen = pairs.rows[best], pairs.pick(best)
        best_values[rows], percentiles[rows] = values[best], model.percentile(values[best])
        for row, campaign in zip(rows, chosen.campaigns, strict=True):
            campaigns[row] = campaign
        parts = pair_reasons(model, names, features, chosen, words=words, top=top) if top else ()
        for row, part in zip(rows, parts, strict=False):
            reasons[row] = part
    return ModelScores(model, best_values, percentiles, reasons, campaigns)


def best_pairs(pairs: Pairs, values: Floats) -> Ints:
    """The places of each customer's pair with the highest value; of equal ones the first."""
    order = np.lexsort((-values, pairs.rows))
    return order[np.unique(pairs.rows[order], return_index=True)[1]]


def pair_matrix(model: Model, names: Sequence[str], features: Floats, pairs: Pairs) -> Floats:
    """The rows of pairs that a model reads: the features of each pair's customer, and the pair's own."""
    both = np.concatenate([features[pairs.rows], pairs.values], axis=1)
    return columns_read(model, (*names, *PAIR_FEATURES), both)
