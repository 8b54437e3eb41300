"""One scorer for HTTP, batch and Python: feature rows and champions in, every figure of every customer out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from features.arrays import Floats, Mask
from features.units import DAY
from serving.scoring.lineup import Lineup
from serving.scoring.model_scores import ModelScores, NoScores, customer_scores
from serving.scoring.next_order import MODEL
from serving.scoring.orders import OrdersAhead
from serving.scoring.pair_scores import best_pair_scores, score_pairs
from serving.scoring.rows.pairs import Pairs
from serving.scoring.sheet import Sheet
from serving.telemetry.spans import spanned
from training.targets import CUSTOMER_HEADLINES, PAIR

DEFAULT_HORIZON: Final = 84 * DAY  # of predicted orders, without a model of amounts


@spanned("score")
def score(
    lineup: Lineup,
    customers: Sequence[str],
    features: Floats,
    pairs: Pairs,
    silent: Mask,
    *,
    as_of: int,
    top: int = 3,
) -> Sheet:
    """Score customers from their rows in the order of the lineup's columns; ``top`` reasons each, 0 for none.

    ``silent`` tells the customers without any event so far.
    """
    models: dict[str, ModelScores] = {}
    propensities: list[dict[str, float]] = [{} for _ in customers]
    for name, model in lineup.models.items():
        words, names = lineup.phrasebooks[name], lineup.columns.names[model.feature_set_hash]
        if model.target.entity != PAIR:
            inside = lineup.populations[name].mask(features)
            models[name] = customer_scores(model, names, features, inside, words=words, top=top)
            continue
        values = score_pairs(model, names, features, pairs)
        models[name] = best_pair_scores(model, names, features, pairs, values, words=words, top=top)
        if model is lineup.headline_model("propensities"):
            for row, campaign, value in zip(pairs.rows, pairs.campaigns, values, strict=True):
                propensities[row][campaign] = float(value)
    horizon = lineup.horizon_us or DEFAULT_HORIZON
    ahead = lineup.order_columns.ahead(features, lineup.orders, horizon=horizon, discount=lineup.discount)
    headline = _headline(lineup, models, features, ahead)
    fallback = [None if unknown else MODEL for unknown in np.isnan(ahead.value)]
    told = {name: replace(scores, silent=silent) for name, scores in models.items()}
    missing = {name: NoScores(target, lineup.why_silent(name)) for name, target in lineup.unanswered.items()}
    return Sheet(
        customers, as_of, headline, fallback, ahead.next_order, horizon, lineup.discount, propensities, told, missing
    )


def _headline(
    lineup: Lineup, models: Mapping[str, ModelScores], features: Floats, ahead: OrdersAhead
) -> dict[str, Floats]:
    """The figures people ask for by name; NaN where unknown. Of whom a model says nothing, orders so far may speak.

    Money to come is told as it is worth today.
    """
    told = {"predicted_clv": ahead.value, "predicted_number_of_orders": ahead.number}
    told |= lineup.order_columns.figures(features)
    for name in CUSTOMER_HEADLINES:
        model = lineup.headline_model(name)
        by_model = np.full(len(features), np.nan) if model is None else models[model.name].values
        by_model = by_model * ahead.present if model is not None and model.target.in_money else by_model
        told[name] = np.where(np.isnan(by_model), told[name], by_model) if name in told else by_model
    return {**{name: told[name] for name in CUSTOMER_HEADLINES}, **told}
