"""The rows of a training: who is asked about at which past moments, and what came of it, before any features."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import polars as pl

from features.events.knowledge import known_events
from features.identity.people import customer_events_at
from features.lake import Lake
from features.privacy.gatekeeper import Gatekeeper
from training.level.history import History, history_of
from training.targets import Target
from training.targets.populations.origins import WARM_UP
from training.walk.sample import Sample


@dataclass(frozen=True)
class Drawn:
    """The sample of a target's rows: ``entity, as_of, known_at, y, fresh``; ``y`` is null until it is known.

    ``found`` is how many there were whose label is known; ``history`` holds the levels of all of them.
    """

    rows: pl.DataFrame
    found: int
    history: History | None


def draw(
    lake: Lake,
    target: Target,
    *,
    first: int,
    as_of: int,
    most: int,
    scale: int,
    keeper: Gatekeeper | None = None,
    without: Collection[str] = (),
) -> Drawn:
    """At most so many rows to learn from and as many whose label is not known yet, as of a moment."""
    key = (*target.entity, "as_of", "fresh")
    labelled, others, levels = Sample(most, key), Sample(most, key), list[pl.DataFrame]()
    for rows in training_rows(lake, target, first=first, as_of=as_of, keeper=keeper):
        own = _allowed(rows, None, without)
        levels.append(_level(own))
        for sample, those in ((labelled, pl.col("known_at") <= as_of), (others, pl.col("known_at") > as_of)):
            sample.add(own.filter(those))
    drawn = pl.concat([labelled.rows(), others.rows()]).sort("as_of", *reversed(target.entity))
    history = _history(lake, target, levels, first=first, as_of=as_of, scale=scale, keeper=keeper, without=without)
    return Drawn(drawn, labelled.found, history)


def level_history(lake: Lake, target: Target, *, first: int, as_of: int, scale: int) -> History | None:
    """The levels of a target known at a moment, without any features; None where it has none."""
    levels = [_level(rows) for rows in training_rows(lake, target, first=first, as_of=as_of)]
    return _history(lake, target, levels, first=first, as_of=as_of, scale=scale)


def training_rows(
    lake: Lake, target: Target, *, first: int, as_of: int, keeper: Gatekeeper | None = None
) -> Iterator[pl.DataFrame]:
    """All rows of a target as of a moment, some moments at a time; at least one frame."""
    frames = (rows(lake, first=first, as_of=as_of) for rows in (target.fresh_rows, target.further_rows))
    fresh, further = (_marked(each, fresh=fresh) for each, fresh in zip(frames, (True, False), strict=True))
    label = pl.when(pl.col("known_at") <= as_of).then(pl.col("y")).alias("y")
    for rows in chain(fresh, further):
        begin = pl.lit(value=True) if target.from_table else pl.col("as_of") >= first + WARM_UP
        warm = rows.filter(begin, pl.col("as_of") <= as_of).with_columns(label)
        yield _allowed(warm, keeper, ())


def history_start(lake: Lake, *, as_of: int) -> int:
    """When the commonest kind of event begins: stray earlier rows of another kind make no history."""
    past = known_events(customer_events_at(lake, as_of=as_of), as_of)
    kinds = past.group_by("kind").agg(pl.len(), pl.col("time").min()).sort("len", "kind", descending=[True, False])
    first = kinds.head(1).collect()["time"]
    return int(first[0]) if len(first) else as_of


def _marked(frames: Iterable[pl.DataFrame], *, fresh: bool) -> Iterator[pl.DataFrame]:
    return (rows.with_columns(fresh=pl.lit(fresh)) for rows in frames)


def _level(rows: pl.DataFrame) -> pl.DataFrame:
    """The mean label of each moment, where it is known."""
    return rows.drop_nulls("y").group_by("as_of", maintain_order=True).agg(pl.col("y").mean())


def _history(
    lake: Lake,
    target: Target,
    levels: Sequence[pl.DataFrame],
    *,
    first: int,
    as_of: int,
    scale: int,
    keeper: Gatekeeper | None = None,
    without: Collection[str] = (),
) -> History | None:
    """These levels, with what the first quarter of a horizon came to at each moment and what a horizon did a year ago.

    None for a target that has none.
    """

    def told(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
        return pl.concat([_level(_allowed(rows, keeper, without)) for rows in frames])

    early = target.early_rows(lake, first=first, as_of=as_of)
    if early is None:
        return None
    year_ago = told(target.year_ago_rows(lake, first=first, as_of=as_of))
    return history_of(target, pl.concat(levels), told(early), year_ago, scale=scale)


def _allowed(rows: pl.DataFrame, keeper: Gatekeeper | None, without: Collection[str]) -> pl.DataFrame:
    own = rows.filter(~pl.col("customer_id").is_in(list(without)))
    return own if keeper is None else keeper.passing("training", own)
