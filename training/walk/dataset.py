"""Datasets: feature rows with their labels at many past moments, each with the moment its label was known."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final, Self

import numpy as np
import polars as pl

from features.arrays import Floats, Ints, Mask, Texts
from features.config.sections.targets.targets import Training
from features.lake import Lake
from features.privacy.gatekeeper import Gatekeeper
from features.profiles.fitted.feature_set import FeatureSet
from features.profiles.looks import profiles_of
from training.level.history import History
from training.orders.book import OrderBook, order_books
from training.targets import Target
from training.walk.rank_alignment import align_ranks
from training.walk.rows import Drawn, draw, history_start

_OF_ALL: Final = ("aligned", "codes", "history", "found", "timeless", "absence", "orders")  # what is no entry a row
_TOGETHER: Final = 16  # columns are aligned at a time: a copy of them has room in memory
_NO_LOOKS: Final = pl.DataFrame(schema={"customer_id": pl.String, "as_of": pl.Int64})


@dataclass(frozen=True)
class Dataset:
    """One entry a row: features ``x[row, feature]``, label ``y``, moment ``as_of`` and ``known_at`` of the label in µs.

    ``fresh`` is False for a later look at a contact and for moments between two origins: models learn from such a row,
    but it is no outcome more. ``aligned`` are the columns in which customers are compared with those of their own
    moment, ``codes`` those that hold places of words; ``history`` holds the levels of past moments where all customers
    of a moment are settled together. Of the rows whose label is known there were ``found`` before a sample was drawn;
    ``timeless`` says that all of these are of one moment, the same for everybody, ``absence`` that a label of 1 means
    that nothing happened. ``orders`` are what a model of orders learns from, where one can tell the label;
    ``treated``, of an uplift, says in which arm of the experiment each row was.
    """

    x: Floats
    y: Floats
    as_of: Ints
    known_at: Ints
    customers: Texts
    fresh: Mask
    aligned: tuple[int, ...] = ()
    codes: tuple[int, ...] = ()
    history: History | None = None
    found: int = 0
    timeless: bool = False
    absence: bool = False
    orders: OrderBook | None = None
    treated: Mask | None = None

    def __len__(self) -> int:
        return len(self.y)

    def where(self, mask: Mask) -> Self:
        """The rows that a mask picks."""
        columns = [f.name for f in fields(self) if f.name not in _OF_ALL and getattr(self, f.name) is not None]
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
        past, now = self.known_by(moment), self.as_of == moment
        parts = range(0, len(self.aligned) if now.any() else 0, _TOGETHER)
        for columns in (self.aligned[start : start + _TOGETHER] for start in parts):
            peers = self.x[np.ix_(now, columns)]
            past.x[:, columns] = align_ranks(past.x[:, columns], peers, past.as_of)  # of a copy: `where` has made one
        return past


def feature_names(feature_set: FeatureSet, target: Target) -> tuple[str, ...]:
    """The columns that a model of this target reads, in order."""
    return (*(feature.name for feature in feature_set.features if target.reads(feature)), *target.pair_features)


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
        treated=joined["treated"].to_numpy() if "treated" in joined.columns else None,
    )


def training_datasets(
    lake: Lake,
    feature_set: FeatureSet,
    targets: Sequence[Target],
    *,
    as_of: int,
    minor_units: int,
    most: int = Training().rows,
    keeper: Gatekeeper | None = None,
    without: Collection[str] = (),
) -> dict[str, Dataset]:
    """Every target's dataset as of a moment, at most so many rows to learn from (:mod:`training.walk.sample`).

    Rows whose outcome is not known by then have no label (NaN); they are the customers the model is made for. A
    ``keeper`` leaves out the rows of customers who do not allow training; so are customers left out ``without`` whom
    it is to be.
    """
    first = history_start(lake, as_of=as_of)
    drawn = {
        target.name: draw(
            lake, target, first=first, as_of=as_of, most=most, scale=scale_of(target, minor_units),
            keeper=keeper, without=without,
        )
        for target in targets
    }  # fmt: skip
    profiles = {each: _profiles(lake, feature_set, drawn, targets, from_table=each) for each in (False, True)}
    books = order_books(lake, feature_set, targets, as_of=as_of, scale=10**minor_units, keeper=keeper, without=without)
    found = {}
    for target in targets:
        names, own = feature_names(feature_set, target), drawn[target.name]
        known = own.rows.filter(pl.col("known_at") <= as_of)
        found[target.name] = replace(
            dataset(lake, target, names, own.rows, profiles[target.from_table], minor_units=minor_units),
            aligned=target.aligned_features(feature_set),
            codes=_codes(feature_set, names) if target.from_table else (),
            history=own.history,
            found=own.found,
            timeless=target.from_table and known["as_of"].n_unique() == 1,
            absence=target.absence,
            orders=books.get(target.name),
        )
    return found


def scale_of(target: Target, minor_units: int) -> int:
    """What a target's label is divided by: money comes in minor units."""
    return int(10**minor_units) if target.in_money else 1


def _profiles(
    lake: Lake, feature_set: FeatureSet, drawn: Mapping[str, Drawn], targets: Sequence[Target], *, from_table: bool
) -> pl.DataFrame:
    """The profiles that the rows of these targets look at, of those ``from_table`` also where nobody acted."""
    own = [drawn[target.name].rows.select(_NO_LOOKS.columns) for target in targets if target.from_table == from_table]
    return profiles_of(lake, feature_set, pl.concat([_NO_LOOKS, *own]), without_events=from_table)


def _codes(feature_set: FeatureSet, names: Sequence[str]) -> tuple[int, ...]:
    """The places of the features that stand for words."""
    words = {feature.name for feature in feature_set.features if feature.unit == "code"}
    return tuple(place for place, name in enumerate(names) if name in words)
