"""A known customer as decisions need them: a feature row, each campaign's score, what they bought and redeemed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from features.arrays import Floats
from features.evaluate.online.consent import Consent
from features.evaluate.online.record import Record
from features.language.rules.types import Names
from serving.decisions.candidates.candidates import Candidates
from serving.decisions.facts.facts import Facts
from serving.decisions.facts.redemptions import redemptions
from serving.decisions.facts.values import Values
from serving.scoring.lineup import Lineup
from serving.scoring.model_scores import reason_of
from serving.scoring.pair_scores import pair_reasons, score_pairs
from serving.scoring.rows.pairs import Pairs


def feature_rows(lineup: Lineup, records: Sequence[Record], *, as_of: int) -> Floats:
    """``[customer, column]``: the customers' features, in the order of the lineup's columns."""
    return np.ascontiguousarray(lineup.columns.feature_set.online.matrix(records, as_of=as_of))


@dataclass(frozen=True)
class Situation:
    """What a decision knows beside a record: the request's context, what the person allows, and what rules may name."""

    context: Mapping[str, object]
    consent: Consent | None
    names: Names
    timezone: str

    @property
    def channel(self) -> str | None:
        """On which it is to be shown."""
        told = self.context.get("channel")
        return None if told is None else str(told)


def base_score(lineup: Lineup, usual: float | None) -> float | None:
    """The chance of what no campaign tells: the model's middle one, or without a model the ``usual`` one."""
    model = lineup.headline_model("propensities")
    return usual if model is None else float(model.percentiles[50])


def facts_of(
    record: Record,
    lineup: Lineup,
    candidates: Candidates,
    pairs: Pairs,
    response: str,
    *,
    as_of: int,
    situation: Situation | None = None,
    usual: float | None = None,
    top: int = 3,
) -> Facts:
    """The facts of a record; ``response`` is the kind of event that redeems, ``top`` is how many reasons to give.

    Without a situation there is nothing that declared rules could read. Without a model all chances are the ``usual``
    one, or not known where that is None.
    """
    model = lineup.headline_model("propensities")
    names = () if model is None else lineup.columns.names[model.feature_set_hash]
    features = feature_rows(lineup, [record], as_of=as_of)
    same = np.full(len(pairs.campaigns), np.nan if usual is None else usual)
    scores: Floats = same if model is None else score_pairs(model, names, features, pairs)

    @cache
    def reasons(campaign: str) -> list[object]:
        if model is None:
            return []
        pair, words = pairs.pick(np.array([pairs.campaigns.index(campaign)])), lineup.phrasebooks[model.name]
        return [reason_of(each) for each in pair_reasons(model, names, features, pair, words=words, top=top)[0]]

    campaign_scores = {campaign: float(score) for campaign, score in zip(pairs.campaigns, scores, strict=True)}
    facts = Facts(
        as_of=as_of,
        redemptions=redemptions(record, response, as_of=as_of),
        order_lines=candidates.order_lines(_line_counts(record, as_of=as_of)),
        campaign_scores=campaign_scores,
        campaign_reasons=reasons,
        base_score=base_score(lineup, usual),
        unreached=pairs.unreached,
        has_model=model is not None,
    )
    if situation is None:
        return facts
    values = Values(
        record,
        lineup,
        features,
        situation.consent,
        situation.context,
        as_of,
        situation.timezone,
        situation.names,
        campaign_scores,
    )
    return replace(facts, read=values, channel=situation.channel)


def _line_counts(record: Record, *, as_of: int) -> dict[str, int]:
    """The number of the customer's order lines of each item up to ``as_of``."""
    lines = record.equals("kind", "order") & (record.number("time") <= as_of) & (record.codes("item_id") >= 0)
    items = record.words.get("item_id", [])
    counts = np.bincount(record.codes("item_id")[lines], minlength=len(items)).tolist()
    return {item: count for item, count in zip(items, counts, strict=True) if count}
