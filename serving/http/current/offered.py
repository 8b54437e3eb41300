"""What files, rules and people offer, made ready for decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl
from sqlalchemy.engine import Engine

from features.config.settings import Settings
from features.lake import Lake
from features.profiles.pairs.campaigns import Campaign, campaigns_of
from serving.decisions.candidates.candidates import Candidates
from serving.decisions.candidates.generated import generated
from serving.decisions.candidates.kept import kept_table, with_kept
from serving.decisions.candidates.offers import offers_at
from serving.decisions.candidates.past import Past
from serving.decisions.candidates.popularity import line_counts
from serving.decisions.facts.names import names_at
from serving.decisions.policy.seen import Seen
from serving.decisions.setup import Setup
from serving.scoring.lineup import Lineup
from serving.store.candidates.versions import kept_candidates, last_change


@dataclass(frozen=True)
class Offered:
    """Candidates as decisions read them, and the campaigns that they belong to.

    ``elsewhere`` tells by id under which campaigns files and rules tell of a candidate; ``last_change`` differs once
    people have changed one.
    """

    setup: Setup
    campaigns: Mapping[str, Campaign]
    elsewhere: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    last_change: tuple[int, int] = (0, 0)
    seen: Seen | None = None


def offered_at(
    lake: Lake, settings: Settings, store: Engine, lineup: Lineup | None, *, as_of: int, is_past: bool = False
) -> Offered:
    """What is offered now, with values as known at ``as_of``; of the past, with the candidates that were kept then."""
    change = last_change(store)  # before they are read: what is changed meanwhile is read again
    versions = kept_candidates(store, as_of=as_of if is_past else None)
    kept = kept_table({each.candidate_id: each.content or {} for each in versions}, settings)
    counts = line_counts(lake, as_of=as_of)
    made = generated(settings, lake.scan("items").collect(), counts)
    offers, table = offers_at(lake, settings, as_of=as_of, others=[made], kept=kept), lake.scan("offers").collect()
    has_model = lineup is not None and lineup.headline_model("propensities") is not None
    past = Past.of(lake, settings, as_of=as_of, has_model=has_model)
    names = names_at(settings, lake, None if lineup is None else lineup.feature_set)
    setup = Setup.of(settings, Candidates.of(offers, counts), names, past)
    return Offered(
        setup,
        campaigns_of(with_kept(table, kept).lazy()),
        campaigns_by_id(pl.concat([table, made], how="diagonal")),
        change,
        None if setup.policy is None else Seen.of(setup.policy, lake, store, as_of=as_of, is_past=is_past),
    )


def told_elsewhere(lake: Lake, settings: Settings) -> dict[str, list[str | None]]:
    """By id under which campaigns files and rules tell of a candidate now."""
    counts = line_counts(lake, as_of=settings.now())
    made = generated(settings, lake.scan("items").collect(), counts)
    return campaigns_by_id(pl.concat([lake.scan("offers").collect(), made], how="diagonal"))


def campaigns_by_id(offers: pl.DataFrame) -> dict[str, list[str | None]]:
    """The campaigns of the offers of each id.

    >>> campaigns_by_id(pl.DataFrame({"offer_id": ["a", "a"], "campaign_id": ["spring", None]}))
    {'a': [None, 'spring']}
    """
    by_id = offers.group_by("offer_id").agg(pl.col("campaign_id").unique().sort())
    return dict(by_id.iter_rows())
