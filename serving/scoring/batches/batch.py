"""Score everybody: the scorer of the service over the lake, into Python, Parquet or a database table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from features.config.locations import is_url
from features.config.sections.consent import Gate
from features.config.settings import Settings
from features.errors import StamkundError
from features.events.identifiers import USER
from features.identity.people import People
from features.lake import Lake
from features.privacy.gatekeeper import Pass, all_but
from features.profiles.consent import gatekeeper_of
from features.profiles.everybody import everybody
from features.progress import Progress, silent
from features.reading.moment import Moment, moment
from features.scores.table import Write, writing
from serving.scoring.batches.destinations import place_of, write_parquet, write_table
from serving.scoring.batches.frames import frame_of
from serving.scoring.champions import load_lineup, nothing_built
from serving.scoring.lineup import Lineup
from serving.scoring.rows.pairs import Pairs, pairs_in, reached_pairs
from serving.scoring.scorer import score
from serving.scoring.sheet import Sheet
from serving.store.engine import opened_store
from serving.store.erasures.exports import note_export
from serving.store.since_build import erasures, since_build
from training.targets.populations.contacts import contact_kinds

CHUNK: Final = 10_000
REASONS: Final = 3  # that each model gives


@dataclass(frozen=True)
class BatchReport:
    """What a batch wrote: how many customers, where, by which versions of which models.

    ``left_out`` are champions of other features, ``unanswered`` all declared targets of which no model says anything.
    """

    customers: int
    out: str
    models: dict[str, str]
    left_out: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()


def scores(
    settings: Settings, customers: Sequence[str] | None = None, *, as_of: Moment, lineup: Lineup | None = None
) -> pl.DataFrame:
    """The scores of these customers, or of everybody, at ``as_of``: what the service would have said then."""
    as_of = moment(as_of, timezone=settings.timezone)
    build, sheets = Lake(settings.lake).version, _sheets_of(settings, customers, as_of=as_of, lineup=lineup)
    return pl.concat([frame_of(sheet, build) for sheet in sheets])


def answers(
    settings: Settings, customers: Sequence[str], *, as_of: int, lineup: Lineup | None = None, reasons: int = REASONS
) -> list[dict[str, object]]:
    """The scores of these customers as JSON, as the service answers them."""
    sheets = _sheets_of(settings, customers, as_of=as_of, lineup=lineup, top=reasons)
    return [sheet.answer(place) for sheet in sheets for place in range(len(sheet.customers))]


def _sheets_of(
    settings: Settings, customers: Sequence[str] | None, *, as_of: int, lineup: Lineup | None, top: int = REASONS
) -> Sequence[Sheet]:
    allowed = _allowed(settings, ("scores",), as_of=as_of)
    champions = _lineup(settings, lineup)
    sheets = list(_sheets(settings, champions, customers, allowed, as_of=as_of, progress=silent, top=top))
    for customer in set(customers or ()).difference(*(sheet.customers for sheet in sheets)):
        if allowed.over(pl.LazyFrame({"customer_id": [customer]})).collect().is_empty():
            raise StamkundError("no_consent", id_type=USER, id=customer, field="customers")
        raise StamkundError("unknown_customer", id_type=USER, id=customer, field="customers")
    return sheets


def score_batch(
    settings: Settings,
    *,
    as_of: Moment,
    out: Path | str,
    table: str = "scores",
    progress: Progress = silent,
    lineup: Lineup | None = None,
    reasons: int = REASONS,
) -> BatchReport:
    """Write everybody's scores at ``as_of`` to a Parquet file or, given a URL, to a database table: all or nothing.

    Each model gives so many ``reasons``; without any a batch takes a fraction of the time.

    What each model said is also kept in the table ``scores`` (:mod:`features.scores.table`). Whoever does not allow
    scores, or that anything of theirs is written elsewhere, is left out.
    """
    as_of = moment(as_of, timezone=settings.timezone)
    champions, allowed = _lineup(settings, lineup), _allowed(settings, ("scores", "exports"), as_of=as_of)
    versions = {name: model.version for name, model in champions.models.items()}
    with writing(settings.scores, versions, as_of=as_of) as keep:
        sheets = _sheets(settings, champions, None, allowed, as_of=as_of, progress=progress, top=reasons)
        frames = _kept(settings, sheets, keep)
        count = write_table(frames, str(out), table) if is_url(str(out)) else write_parquet(frames, Path(out))
    _note(settings, str(out), table)
    return BatchReport(count, str(out), champions.versions, champions.left_out, tuple(champions.unanswered))


def _kept(settings: Settings, sheets: Iterable[Sheet], keep: Write) -> Iterator[pl.DataFrame]:
    """The frames of sheets, each model's scores kept on the way; nothing if somebody in them may be erased by then."""
    before, build = erasures(settings), Lake(settings.lake).version
    for sheet in sheets:
        for name in sheet.models:
            keep(name, sheet.values(name))
        yield frame_of(sheet, build)
    if erasures(settings) != before:
        text = (
            "Somebody was erased while everybody was scored, and may be among these. Nothing was written; score again."
        )
        raise StamkundError("erased_meanwhile", text)


def _note(settings: Settings, out: str, table: str) -> None:
    """Remember what was written where, so that the receipt of an erasure can name it."""
    with opened_store(settings) as store:
        note_export(store, place_of(out, table), "scores")


def _lineup(settings: Settings, lineup: Lineup | None) -> Lineup:
    lineup = lineup or load_lineup(settings, folder=settings.home.parent)
    if lineup is None:
        raise nothing_built()
    return lineup


def _allowed(settings: Settings, gates: Sequence[Gate], *, as_of: int) -> Pass:
    """Whom these gates let pass, by what they said in the lake and over HTTP since; nobody who was erased."""
    since = since_build(settings)
    keeper = gatekeeper_of(settings, Lake(settings.lake), later=since.events)
    passes = [] if keeper is None else [keeper.passes(gate, as_of=as_of) for gate in gates]
    return reduce(and_, passes, all_but(since.erased))


def _sheets(
    settings: Settings,
    lineup: Lineup,
    customers: Sequence[str] | None,
    allowed: Pass,
    *,
    as_of: int,
    progress: Progress,
    top: int = REASONS,
) -> Iterator[Sheet]:
    """Everybody's scores, some thousand customers at a time, in the order of their ids; at least one sheet.

    Behind those with events come the others.
    """
    lake, feature_set, done = Lake(settings.lake), lineup.columns.feature_set, 0
    lake.check_written()
    progress("profiles", 0, 1)
    pairs = pairs_of_block(settings, lake, as_of=as_of)
    for some in everybody(lake, feature_set, as_of=as_of, customers=customers):
        profiles = allowed.over(some.profiles.lazy()).collect()
        for block in profiles.iter_slices(CHUNK):
            progress("scores", done, max(done, some.total))
            names, features = block["customer_id"].to_list(), block.select(feature_set.names).to_numpy()
            silent = np.full(len(names), some.silent)
            yield score(lineup, names, features, pairs(block), silent, as_of=as_of, top=top)
            done += len(names)
    if not done:
        yield score(lineup, [], np.empty((0, len(feature_set.names))), Pairs.none(), np.empty(0, np.bool_), as_of=as_of)
    progress("scores", done, done)


def pairs_of_block(settings: Settings, lake: Lake, *, as_of: int) -> Callable[[pl.DataFrame], Pairs]:
    """Of some customers, who follow each other by id, the pairs with the campaigns that run and reached them."""
    events, kinds = People.at(lake, [as_of]).customer_events(), contact_kinds(settings)

    def pairs(block: pl.DataFrame) -> Pairs:
        first, last = (pl.lit(block["customer_id"][place]) for place in (0, -1))
        own = events.filter(pl.col("customer_id").is_between(first, last))
        return pairs_in(block, reached_pairs(lake, own, *kinds, as_of=as_of))

    return pairs
