"""One customer as a decision needs them: a feature row, the chance of each campaign, what they bought and redeemed."""

from __future__ import annotations

from functools import cache

import numpy as np

from features.arrays import Floats
from features.evaluate.online.record import Record
from serving.decisions.arbitration import Visitor
from serving.decisions.catalogue import Catalogue
from serving.scoring.champions import Lineup
from serving.scoring.model_scores import pair_reasons, reason_of, score_pairs
from serving.scoring.pairs import Pairs, text_values


def row_of(lineup: Lineup, record: Record, *, as_of: int) -> Floats:
    """The customer's features as a matrix of one row."""
    return lineup.feature_set.online.vector(record, as_of=as_of).reshape(1, -1)


def visitor_of(
    record: Record, lineup: Lineup, catalogue: Catalogue, pairs: Pairs, response: str, *, as_of: int, top: int = 3
) -> Visitor:
    """The customer as a decision sees them."""
    model, feature_set = lineup.headline_model("propensities"), lineup.feature_set
    features = row_of(lineup, record, as_of=as_of)
    values: Floats = np.empty(0) if model is None else score_pairs(model, feature_set, features, pairs)

    @cache
    def reasons(campaign: str) -> list[object]:
        if model is None:
            return []
        pair = pairs.pick(np.array([pairs.campaigns.index(campaign)]))
        return [reason_of(each) for each in pair_reasons(model, feature_set, features, pair, top=top)[0]]

    campaigns, offers = (text_values(record, response, name, as_of=as_of) for name in ("campaign_id", "offer_id"))
    return Visitor(
        redeemed=frozenset((c, o) for c, o in zip(campaigns, offers, strict=True) if o is not None),
        lines=catalogue.lines(_items(record, as_of=as_of)),
        propensity={key: float(value) for key, value in zip(pairs.campaigns, values, strict=False)},
        reasons=reasons,
        base=None if model is None else float(model.percentiles[50]),
    )


def _items(record: Record, *, as_of: int) -> dict[str, int]:
    """The number of order lines of each item up to ``as_of``."""
    bought = record.equals("kind", "order") & (record.number("time") <= as_of) & (record.codes("item_id") >= 0)
    words = record.words.get("item_id", [])
    counts = np.bincount(record.codes("item_id")[bought], minlength=len(words)).tolist()
    return {word: count for word, count in zip(words, counts, strict=True) if count}
