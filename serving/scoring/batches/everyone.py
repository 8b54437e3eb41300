"""Everybody scored, some thousand customers at a time: the scorer of the service over the lake."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Final

import numpy as np
import polars as pl

from features.config.sections.consent import Gate
from features.config.settings import Settings
from features.identity.people import People
from features.lake import Lake
from features.privacy.gatekeeper import Pass, all_but
from features.profiles.consent import gatekeeper_of
from features.profiles.everybody import Told, everybody
from features.progress import Progress
from serving.scoring.lineup import Lineup
from serving.scoring.rows.pairs import Pairs, pairs_in, reached_pairs
from serving.scoring.scorer import score
from serving.scoring.sheet import Sheet
from serving.store.since_build import since_build
from training.targets.populations.contacts import contact_kinds

CHUNK: Final = 10_000


@dataclass(frozen=True)
class Scored:
    """The scores of some customers, ``silent`` ones or not; the ``others`` whose turn it was do not allow it."""

    sheet: Sheet
    others: Sequence[str]
    silent: bool


def allowed(settings: Settings, gates: Sequence[Gate], *, as_of: int) -> Pass:
    """Whom these gates let pass, by what they said in the lake and over HTTP since; nobody who was erased."""
    since = since_build(settings)
    keeper = gatekeeper_of(settings, Lake(settings.lake), later=since.events)
    passes = [] if keeper is None else [keeper.passes(gate, as_of=as_of) for gate in gates]
    return reduce(and_, passes, all_but(since.erased))


def everyone_scored(
    settings: Settings,
    lineup: Lineup,
    customers: Sequence[str] | None,
    passing: Pass,
    *,
    as_of: int,
    progress: Progress,
    top: int,
    told: Told | None = None,
) -> Iterator[Scored]:
    """Everybody's scores in the order of their ids, behind those with events the others; at least one sheet.

    Who was ``told`` before is left out.
    """
    lake, feature_set = Lake(settings.lake), lineup.columns.feature_set
    lake.check_written()
    progress("profiles", 0, 1)
    pairs = pairs_of_block(settings, lake, as_of=as_of)
    before = done = 0 if told is None else len(told.with_events) + len(told.silent)
    for some in everybody(lake, feature_set, as_of=as_of, customers=customers, told=told):
        for turn in some.profiles.iter_slices(CHUNK):
            progress("scores", done, max(done, before + some.total))
            block = passing.over(turn.lazy()).collect()
            names, features = block["customer_id"].to_list(), block.select(feature_set.names).to_numpy()
            silent = np.full(len(names), some.silent)
            sheet = score(lineup, names, features, pairs(block), silent, as_of=as_of, top=top)
            others = turn["customer_id"].filter(~turn["customer_id"].is_in(block["customer_id"].implode()))
            yield Scored(sheet, others.to_list(), some.silent)
            done += turn.height
    if done == before:
        nobody = np.empty((0, len(feature_set.names)))
        sheet = score(lineup, [], nobody, Pairs.none(), np.empty(0, np.bool_), as_of=as_of, top=top)
        yield Scored(sheet, [], silent=True)
    progress("scores", done, done)


def pairs_of_block(settings: Settings, lake: Lake, *, as_of: int) -> Callable[[pl.DataFrame], Pairs]:
    """Of some customers, who follow each other by id, the pairs with the campaigns that run and reached them."""
    events, kinds = People.at(lake, [as_of]).customer_events(), contact_kinds(settings)

    def pairs(block: pl.DataFrame) -> Pairs:
        if block.is_empty():
            return Pairs.none()
        first, last = (pl.lit(block["customer_id"][place]) for place in (0, -1))
        own = events.filter(pl.col("customer_id").is_between(first, last))
        return pairs_in(block, reached_pairs(lake, own, *kinds, as_of=as_of))

    return pairs
