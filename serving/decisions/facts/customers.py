"""A known customer as decisions need them: a feature row, each campaign's score, what they bought and redeemed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from features.evaluate.online.consent import Consent
from features.evaluate.online.record import Record
from features.language.rules.types import Names
from insights.segments.person.segmentation import Segmentation
from serving.decisions.candidates.candidates import Candidates
from serving.decisions.control.arms import NOWHERE, Membership
from serving.decisions.facts.facts import Facts, unread
from serving.decisions.facts.known import Known
from serving.decisions.facts.redemptions import redemptions
from serving.decisions.facts.values import Values


@dataclass(frozen=True)
class Situation:
    """What a decision knows beside a record: the request's context, what the person allows, and what rules may name."""

    context: Mapping[str, object]
    consent: Consent | None
    names: Names
    timezone: str
    segmentation: Segmentation = field(default_factory=Segmentation)

    @property
    def channel(self) -> str | None:
        """On which it is to be shown."""
        told = self.context.get("channel")
        return None if told is None else str(told)


def base_score(known: Known) -> float | None:
    """The chance of what no campaign tells: the model's middle one, or without a model the usual one."""
    return known.usual if known.responses is None else float(known.responses.percentiles[50])


def facts_of(
    known: Known,
    place: int,
    candidates: Candidates,
    response: str,
    *,
    situation: Situation | None = None,
    arms: Membership = NOWHERE,
    seed: str = "",
    top: int = 3,
) -> Facts:
    """The facts of the customer at a place of those that are known, in some control ``arms``.

    ``response`` is the kind of event that redeems, ``top`` is how many reasons to give, the draws are known by a
    ``seed``. Without a situation there is nothing that declared rules could read.
    """
    record, as_of = known.records[place], known.as_of
    return Facts(
        as_of=as_of,
        redemptions=redemptions(record, response, as_of=as_of),
        order_lines=candidates.order_lines(_line_counts(record, as_of=as_of)),
        campaign_scores=known.campaign_scores[place],
        campaign_reasons=partial(known.campaign_reasons, place, top=top),
        base_score=base_score(known),
        unreached=known.pairs[place].unreached,
        read=unread if situation is None else _values(known, place, situation),
        channel=None if situation is None else situation.channel,
        arms=arms,
        seed=seed,
        has_model=known.responses is not None,
    )


def _values(known: Known, place: int, told: Situation) -> Values:
    """What rules read of the customer at a place."""
    return Values(known, place, told.consent, told.context, told.timezone, told.names, told.segmentation)


def _line_counts(record: Record, *, as_of: int) -> dict[str, int]:
    """The number of the customer's order lines of each item up to ``as_of``."""
    lines = record.equals("kind", "order") & (record.number("time") <= as_of) & (record.codes("item_id") >= 0)
    items = record.words.get("item_id", [])
    counts = np.bincount(record.codes("item_id")[lines], minlength=len(items)).tolist()
    return {item: count for item, count in zip(items, counts, strict=True) if count}
