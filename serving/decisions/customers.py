"""One customer as the service needs them: a feature row, campaigns that reached them, what they bought and redeemed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import polars as pl

from features.arrays import Floats
from features.config.settings import Settings
from features.config.targets import Redemption
from features.evaluate.online.record import Record
from features.lake import Lake
from features.profiles.pairs import Campaign, pair_vector
from serving.decisions.arbitration import Visitor
from serving.decisions.catalogue import Catalogue
from serving.scoring.champions import Lineup
from serving.scoring.scorer import Pairs, pair_reasons, reason_of, score_pairs


def past_records(lake: Lake, customers: Sequence[str]) -> dict[str, Record]:
    """The records of customers as the lake holds them; who is not in it is left out."""
    events = lake.scan("events").filter(pl.col("customer_id").is_in(customers)).collect()
    known = lake.scan("customers").filter(pl.col("customer_id").is_in(customers)).drop_nulls("customer_id").collect()
    attributes = {row.pop("customer_id"): row for row in known.to_dicts()}
    groups = events.partition_by("customer_id", as_dict=True)
    return {str(key): Record.of(rows.to_dicts(), attributes.get(str(key))) for (key,), rows in groups.items()}


def row_of(lineup: Lineup, record: Record, *, as_of: int) -> Floats:
    """The customer's features as a matrix of one row."""
    return lineup.feature_set.live.vector(record, as_of=as_of).reshape(1, -1)


def contact_kinds(settings: Settings) -> tuple[str, str]:
    """The kinds of event that say a campaign reached a customer, and that they took its offer."""
    found = [target for target in settings.targets.values() if isinstance(target, Redemption)]
    return (found[0].contact, found[0].response) if found else ("contact", "redeem")


def running(campaigns: Mapping[str, Campaign], *, as_of: int) -> dict[str, Campaign]:
    """The campaigns that run at ``as_of``."""
    return {key: campaign for key, campaign in campaigns.items() if campaign.running(as_of)}


def pairs_of(record: Record, campaigns: Mapping[str, Campaign], contact: str, response: str, *, as_of: int) -> Pairs:
    """The running campaigns that reached the customer, each with its pair features."""
    reached = {key for key in _values(record, contact, "campaign_id", as_of=as_of) if key is not None}
    ours = [campaigns[key] for key in sorted(reached & campaigns.keys())]
    if not ours:
        return Pairs.none()
    values = np.stack([pair_vector(record, c, as_of=as_of, contact=contact, response=response) for c in ours])
    return Pairs(np.zeros(len(ours), np.int64), [campaign.campaign_id for campaign in ours], values)


def visitor_of(
    record: Record, lineup: Lineup, catalogue: Catalogue, pairs: Pairs, response: str, *, as_of: int, top: int = 3
) -> Visitor:
    """The customer as a decision sees them."""
    model = lineup.first("redemption")
    features = row_of(lineup, record, as_of=as_of)
    values: Floats = np.empty(0) if model is None else score_pairs(lineup, model, features, pairs)

    @cache
    def why(campaign: str) -> list[object]:
        if model is None:
            return []
        at = pairs.campaigns.index(campaign)
        one = Pairs(pairs.rows[at : at + 1], [campaign], pairs.values[at : at + 1])
        return [reason_of(each) for each in pair_reasons(lineup, model, features, one, top=top)[0]]

    campaigns, offers = (_values(record, response, name, as_of=as_of) for name in ("campaign_id", "offer_id"))
    return Visitor(
        redeemed=frozenset((c, o) for c, o in zip(campaigns, offers, strict=True) if o is not None),
        lines=catalogue.lines(_items(record, as_of=as_of)),
        propensity={key: float(value) for key, value in zip(pairs.campaigns, values, strict=False)},
        reasons=why,
        base=None if model is None else float(model.percentiles[50]),
    )


def _values(record: Record, kind: str, column: str, *, as_of: int) -> list[str | None]:
    """A text column of the events of one kind up to ``as_of``."""
    at = np.flatnonzero(record.is_("kind", kind) & (record.number("time") <= as_of))
    words = record.words.get(column, [])
    return [words[code] if code >= 0 else None for code in record.codes(column)[at]]


def _items(record: Record, *, as_of: int) -> dict[str, int]:
    """The number of order lines of each item up to ``as_of``."""
    bought = record.is_("kind", "order") & (record.number("time") <= as_of) & (record.codes("item_id") >= 0)
    words = record.words.get("item_id", [])
    counts = np.bincount(record.codes("item_id")[bought], minlength=len(words)).tolist()
    return {word: count for word, count in zip(words, counts, strict=True) if count}
