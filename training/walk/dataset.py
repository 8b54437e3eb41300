"""Datasets: feature rows with their labels at many past moments, each with the moment its label was known."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
import polars as pl

from features.arrays import Floats, Ints, Mask, Texts
from features.events.knowledge import known_events
from features.identity.people import customer_events_at
from features.lake import Lake
from features.privacy.gatekeeper import Gatekeeper
from features.profiles.feature_set import FeatureSet
from features.profiles.frames import profiles_at
from training.level.history import History, history_of
from training.targets import Target
from training.targets.populations.origins import WARM_UP
from training.walk.rank_alignment import align_ranks


@dataclass(frozen=True)
class Dataset:
    """One entry a row: features ``x[row, feature]``, label ``y``, moment ``as_of`` and ``known_at`` of the label in µs.

    ``fresh`` is False for a later look at a contact and for moments between two origins: models learn from such a row,
    but it is no outcome more. ``aligned`` are the columns in which customers are compared with those of their own
    moment; ``history`` holds the levels of past moments where all customers of a moment are settled together.
    """

    x: Floats
    y: Floats
    as_of: Ints
    known_at: Ints
    customers: Texts
    fresh: Mask
    aligned: tuple[int, ...] = ()
    history: History | None = None

    def __len__(self) -> int:
        return len(self.y)

    def where(self, mask: Mask) -> Self:
        """The rows that a mask picks."""
        columns = [f.name for f in fields(self) if f.name not in ("aligned", "history")]
        return replace(self, **{name: getattr(self, name)[mask] for name in columns})

    def known_by(self, moment: int) -> Self:
        """The rows whose label is known at a moment: those that a model of that moment may learn from."""
        return self.where(self.known_at <= moment)

    @property
    def relative(self) -> Floats:
        """Amounts over the mean of their own moment, so that a moment of plenty teaches no more than another."""
        amounts = np.maximum(self.y, 0.0)
        _, place = np.unique(self.as_of, return_inverse=True)
        means = np.bincount(place, weights=amounts) / np.bincount(place)
        return np.asarray(amounts / np.where(means > 0, means, 1.0)[place], dtype=np.float64)

    def aligned_to(self, moment: int) -> Self:
        """The rows known by a moment, those of each past moment aligned by rank with the customers of this one."""
        past, peers = self.known_by(moment), self.x[self.as_of == moment][:, self.aligned]
        for origin in np.unique(past.as_of) if peers.size else ():
            cells = np.ix_(past.as_of == origin, self.aligned)
            past.x[cells] = align_ranks(past.x[cells], peers)  # of a copy: `where` has made one
        return past


def feature_names(feature_set: FeatureSet, target: Target) -> tuple[str, ...]:
    """The columns that a model of this target reads, in order."""
    return (*feature_set.names, *target.pair_features)


def dataset(
    lake: Lake,
    target: Target,
    names: Sequence[str],
    rows: pl.DataFrame,
    profile_rows: pl.DataFrame,
    *,
    minor_units: int,
) -> Dataset:
    """A target's rows joined with the profiles of their moments (``profile_rows``) and with their pair features."""
    rows = target.with_pair_features(lake, rows)
    joined = rows.join(profile_rows, on=["customer_id", "as_of"], how="inner", maintain_order="left")
    return Dataset(
        x=np.ascontiguousarray(joined.select(names).to_numpy(), dtype=np.float64),
        y=joined["y"].to_numpy().astype(np.float64) / scale_of(target, minor_units),
        as_of=joined["as_of"].to_numpy(),
        known_at=joined["known_at"].to_numpy(),
        customers=np.array(joined["customer_id"].to_list(), dtype=np.str_),
        fresh=joined["fresh"].to_numpy() if "fresh" in joined.columns else np.ones(len(joined), dtype=np.bool_),
    )


def history_start(lake: Lake, *, as_of: int) -> int:
    """When the commonest kind of event begins: stray earlier rows of another kind make no history."""
    past = known_events(customer_events_at(lake, as_of=as_of), as_of)
    kinds = past.group_by("kind").agg(pl.len(), pl.col("time").min()).sort("len", "kind", descending=[True, False])
    first = kinds.head(1).collect()["time"]
    return int(first[0]) if len(first) else as_of


def training_datasets(
    lake: Lake,
    feature_set: FeatureSet,
    targets: Sequence[Target],
    *,
    as_of: int,
    minor_units: int,
    keeper: Gatekeeper | None = None,
    without: Collection[str] = (),
) -> dict[str, Dataset]:
    """Every target's dataset as of a moment, from one pass of profiles.

    Rows whose outcome is not known by then have no label (NaN); they are the customers the model is made for. A
    ``keeper`` leaves out the rows of customers who do not allow training; so are customers left out ``without`` whom
    it is to be.
    """
    first = history_start(lake, as_of=as_of)
    frames = {
        target.name: _without(training_rows(lake, target, first=first, as_of=as_of, keeper=keeper), without)
        for target in targets
    }
    moments = sorted({moment for frame in frames.values() for moment in frame["as_of"].unique()})
    profiles = profiles_at(lake, feature_set, as_of=moments) if moments else _no_profiles(feature_set)
    found = {}
    for target in targets:
        names, rows = feature_names(feature_set, target), frames[target.name]
        early = _early_rows(lake, target, first=first, as_of=as_of, keeper=keeper)
        found[target.name] = replace(
            dataset(lake, target, names, rows, profiles, minor_units=minor_units),
            aligned=target.aligned_features(feature_set),
            history=history_of(target, rows, early, scale=scale_of(target, minor_units)),
        )
    return found


def level_history(lake: Lake, target: Target, *, first: int, as_of: int, minor_units: int) -> History | None:
    """The levels of a target known at a moment, without any features; None where it has none."""
    rows = training_rows(lake, target, first=first, as_of=as_of)
    early = _early_rows(lake, target, first=first, as_of=as_of, keeper=None)
    return history_of(target, rows, early, scale=scale_of(target, minor_units))


def scale_of(target: Target, minor_units: int) -> int:
    """What a target's label is divided by: money comes in minor units."""
    return int(10**minor_units) if target.in_money else 1


def _without(rows: pl.DataFrame, customers: Collection[str]) -> pl.DataFrame:
    return rows.filter(~pl.col("customer_id").is_in(list(customers)))


def _no_profiles(feature_set: FeatureSet) -> pl.DataFrame:
    """The profiles of no moment at all."""
    head = {"customer_id": pl.String, "as_of": pl.Int64}
    return pl.DataFrame(schema=head | dict.fromkeys(feature_set.names, pl.Float64))


def training_rows(
    lake: Lake, target: Target, *, first: int, as_of: int, keeper: Gatekeeper | None = None
) -> pl.DataFrame:
    """A target's rows as of a moment: ``entity, as_of, known_at, y, fresh``; ``y`` is null until it is known."""
    fresh, further = (rows(lake, first=first, as_of=as_of) for rows in (target.fresh_rows, target.further_rows))
    rows = pl.concat([fresh.with_columns(fresh=pl.lit(value=True)), further.with_columns(fresh=pl.lit(value=False))])
    label = pl.when(pl.col("known_at") <= as_of).then(pl.col("y")).alias("y")
    warm = rows.filter(pl.col("as_of").is_between(first + WARM_UP, as_of)).with_columns(label)
    allowed = warm if keeper is None else keeper.passing("training", warm)
    return allowed.sort("as_of", *reversed(target.entity))


def _early_rows(
    lake: Lake, target: Target, *, first: int, as_of: int, keeper: Gatekeeper | None
) -> pl.DataFrame | None:
    """The rows that say what the first quarter of a horizon came to; None for a target that has none."""
    rows = target.early_rows(lake, first=first, as_of=as_of)
    return rows if rows is None or keeper is None else keeper.passing("training", rows)
