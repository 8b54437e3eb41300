"""Score everybody, into Python, a Parquet file or a table; a batch that was killed goes on where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import polars as pl

from features.config.settings import Settings
from features.errors import StamkundError
from features.events.identifiers import USER
from features.files import alone
from features.lake import Lake
from features.privacy.gatekeeper import Pass
from features.progress import Progress, silent
from features.reading.moment import Moment, moment
from features.scores.table import Write, writing
from serving.scoring.batches.chunks import Chunks, chunks_of, unfinished_as_of
from serving.scoring.batches.destinations import Destination
from serving.scoring.batches.everyone import allowed, everyone_scored
from serving.scoring.batches.frames import frame_of, values_of
from serving.scoring.batches.inputs import inputs_of
from serving.scoring.champions import load_lineup, nothing_built
from serving.scoring.lineup import Lineup
from serving.scoring.sheet import Sheet
from serving.store.engine import opened_store
from serving.store.erasures.exports import note_export
from serving.store.since_build import erasures

REASONS: Final = 3  # that each model gives
WRITING: Final = (
    "Another batch is being written to where it belongs. Score again once it is: what was scored by now is kept."
)


@dataclass(frozen=True)
class BatchReport:
    """What a batch wrote: how many customers, as of when (µs), where, by which versions of which models.

    ``left_out`` are champions of other features, ``unanswered`` all declared targets of which no model says anything.
    ``continued`` customers had been scored before by a batch that did not end; ``anew`` names the inputs by which an
    unfinished batch differed, and was dropped.
    """

    customers: int
    as_of: int
    out: str
    models: dict[str, str]
    left_out: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    continued: int = 0
    anew: tuple[str, ...] = ()


def scores(
    settings: Settings, customers: Sequence[str] | None = None, *, as_of: Moment, lineup: Lineup | None = None
) -> pl.DataFrame:
    """The scores of these customers, or of everybody, at ``as_of``: what the service would have said then."""
    as_of = moment(as_of, timezone=settings.timezone)
    build, sheets = Lake(settings.lake).version, _sheets(settings, customers, as_of=as_of, lineup=lineup)
    return pl.concat([frame_of(sheet, build) for sheet in sheets])


def answers(
    settings: Settings, customers: Sequence[str], *, as_of: int, lineup: Lineup | None = None, reasons: int = REASONS
) -> list[dict[str, object]]:
    """The scores of these customers as JSON, as the service answers them."""
    sheets = _sheets(settings, customers, as_of=as_of, lineup=lineup, top=reasons)
    return [sheet.answer(place) for sheet in sheets for place in range(len(sheet.customers))]


def _sheets(
    settings: Settings, customers: Sequence[str] | None, *, as_of: int, lineup: Lineup | None, top: int = REASONS
) -> Sequence[Sheet]:
    passing = allowed(settings, ("scores",), as_of=as_of)
    champions = _lineup(settings, lineup)
    every = everyone_scored(settings, champions, customers, passing, as_of=as_of, progress=silent, top=top)
    sheets = [scored.sheet for scored in every]
    for customer in set(customers or ()).difference(*(sheet.customers for sheet in sheets)):
        if passing.over(pl.LazyFrame({"customer_id": [customer]})).collect().is_empty():
            raise StamkundError("no_consent", id_type=USER, id=customer, field="customers")
        raise StamkundError("unknown_customer", id_type=USER, id=customer, field="customers")
    return sheets


def score_batch(
    settings: Settings,
    *,
    as_of: Moment,
    out: Path | str,
    table: str = "scores",
    append: bool = False,
    progress: Progress = silent,
    lineup: Lineup | None = None,
    reasons: int = REASONS,
    since: int | None = None,
) -> BatchReport:
    """Write everybody's scores at ``as_of`` to a Parquet file or, given a URL, to a database table: all or nothing.

    Each model gives so many ``reasons``; without any a batch takes a fraction of the time. With ``append`` the table
    keeps its rows of other moments and versions.

    A batch of the same inputs that was killed goes on where it stopped; so does, where ``since`` is given, one that
    differs only by its moment, which is no earlier than that (µs).

    What each model said is also kept in the table ``scores`` (:mod:`features.scores.table`). Whoever does not allow
    scores, or that anything of theirs is written elsewhere, is left out.
    """
    destination, champions = Destination.of(out, table, append=append), _lineup(settings, lineup)
    before, as_of = erasures(settings), moment(as_of, timezone=settings.timezone)
    inputs = inputs_of(settings, champions, as_of=as_of, reasons=reasons)
    if since is not None and (earlier := unfinished_as_of(settings.batches, inputs, since=since)) is not None:
        as_of, inputs = earlier, inputs_of(settings, champions, as_of=earlier, reasons=reasons)
    passing = allowed(settings, ("scores", "exports"), as_of=as_of)
    with chunks_of(settings.batches, inputs) as chunks:
        unerased = partial(_check_erasures, chunks, settings, before)
        every = everyone_scored(
            settings, champions, None, passing, as_of=as_of, progress=progress, top=reasons, told=chunks.told
        )
        for scored in every:
            chunks.add(frame_of(scored.sheet, inputs["lake"]), others=scored.others, silent=scored.silent)
            unerased()
        versions = {name: model.version for name, model in champions.models.items()}
        with writing(settings.scores, versions, as_of=as_of) as keep:
            frames = _told(chunks.frames(), champions, passing, keep)
            with alone(settings.batches, StamkundError("score_busy", WRITING)):
                count = destination.write(_delivered(frames, len(chunks.files), unerased, progress))
        chunks.discard()
    _note(settings, str(destination))
    return BatchReport(
        count,
        as_of,
        str(destination),
        champions.versions,
        champions.left_out,
        tuple(champions.unanswered),
        chunks.continued,
        tuple(chunks.anew),
    )


def _check_erasures(chunks: Chunks, settings: Settings, before: frozenset[str]) -> None:
    if erasures(settings) != before:
        chunks.discard()
        text = (
            "Somebody was erased while everybody was scored, and may be among these. Nothing was written; score again."
        )
        raise StamkundError("erased_meanwhile", text)


def _told(frames: Iterable[pl.DataFrame], lineup: Lineup, passing: Pass, keep: Write) -> Iterator[pl.DataFrame]:
    """Frames without whoever has withdrawn since, each model's scores kept on the way."""
    for frame in frames:
        told = passing.over(frame.lazy()).collect()
        for name, model in lineup.models.items():
            keep(name, values_of(told, model.target))
        yield told


def _delivered(
    frames: Iterable[pl.DataFrame], count: int, unerased: Callable[[], None], progress: Progress
) -> Iterator[pl.DataFrame]:
    """So many frames on their way; an error behind them, if somebody in them may be erased by then."""
    for place, frame in enumerate(frames):
        progress("writing", place, count)
        yield frame
    unerased()
    progress("writing", count, count)


def _note(settings: Settings, destination: str) -> None:
    """Remember what was written where, so that the receipt of an erasure can name it."""
    with opened_store(settings) as store:
        note_export(store, destination, "scores")


def _lineup(settings: Settings, lineup: Lineup | None) -> Lineup:
    lineup = lineup or load_lineup(settings, folder=settings.home.parent)
    if lineup is None:
        raise nothing_built()
    return lineup
