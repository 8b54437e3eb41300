"""Training tables: feature rows with their labels at many past moments, each with the moment its label was known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Self

import narwhals as nw
import numpy as np
import polars as pl

from features.arrays import Floats, Ints, Mask, Texts
from features.lake import Lake
from features.profiles.feature_set import FeatureSet
from features.profiles.pairs import PAIR_FEATURES, campaigns, pair_frame
from features.profiles.profiles import profiles
from features.units import DAY
from training.rank_alignment import aligned, drifting
from training.targets.targets import Frame, Target, contacts, outcomes, reached_before

STEP = 14 * DAY  # between origins: closer ones add rows that say nearly the same, and teach a little all the same
LOOK = 7 * DAY  # between looks at running campaigns, of which each sees only a few
WARM_UP = 28 * DAY  # of history before the first row, so that features have something to see


@dataclass(frozen=True)
class Table:
    """Feature rows, labels, and when each row is (``as_of``) and its label was known (``known``), a place a row.

    ``fresh`` is False for a later look at a contact and for moments between two origins: such a row teaches, but is no
    outcome more. ``drifting`` are the columns in which customers are compared with those of their own moment.
    """

    x: Floats
    y: Floats
    as_of: Ints
    known: Ints
    customers: Texts
    fresh: Mask
    drifting: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.y)

    def where(self, mask: Mask) -> Self:
        """The rows that a mask picks."""
        return replace(self, **{f.name: getattr(self, f.name)[mask] for f in fields(self) if f.name != "drifting"})

    def known_by(self, moment: int) -> Self:
        """The rows that may teach a model made at that moment."""
        return self.where(self.known <= moment)

    def lessons(self, moment: int) -> Self:
        """The same rows in the terms of that moment: aligned, each past moment by itself, with its customers."""
        past, peers = self.known_by(moment), self.x[self.as_of == moment][:, self.drifting]
        for then in np.unique(past.as_of) if peers.size else ():
            cells = np.ix_(past.as_of == then, self.drifting)
            past.x[cells] = aligned(past.x[cells], peers)  # of a copy: `where` has made one
        return past


def origins(target: Target, *, first: int, as_of: int) -> list[int]:
    """The past moments whose labels are complete at ``as_of``, latest first, none before there is some history.

    >>> lapse = Target("lapse", "lapse", event="order", response=None, horizon_us=28 * DAY, active_us=56 * DAY)
    >>> [moment // DAY for moment in origins(lapse, first=0, as_of=90 * DAY)]
    [62, 48, 34]
    """
    return list(range(as_of - target.horizon_us, first + WARM_UP - 1, -STEP))


def labels(lake: Lake, target: Target, *, moments: Sequence[int]) -> pl.DataFrame:
    """``customer_id, as_of, known, y`` of a target; a redemption's rows are contacts, at their own moments."""
    if target.type == "redemption":
        rows = contacts(*_campaign_events(lake, target), target).to_native().collect()
        return rows.sort("as_of", "campaign_id", "customer_id")
    narrow = lake.scan("events").filter(pl.col("kind") == target.event).select("customer_id", "kind", "time", "value")
    events = nw.from_native(narrow.collect().lazy())
    frames = [outcomes(events, target, as_of=moment).to_native().collect() for moment in moments]
    known = (pl.col("as_of") + target.horizon_us).alias("known")
    return pl.concat(frames).with_columns(known).sort("as_of", "customer_id")


def looks(lake: Lake, target: Target, *, moments: Sequence[int]) -> pl.DataFrame:
    """A redemption target's rows at moments while campaigns run, as :func:`labels` has them at the contacts."""
    events, ends = _campaign_events(lake, target)
    frames = [reached_before(events, ends, target, as_of=moment).to_native().collect() for moment in moments]
    return pl.concat(frames).sort("as_of", "campaign_id", "customer_id")


def _campaign_events(lake: Lake, target: Target) -> tuple[Frame, Frame]:
    """Contacts and responses, and when each campaign ends."""
    ends = pl.LazyFrame(
        [(c.campaign_id, c.ends) for c in campaigns(lake).values()],
        schema={"campaign_id": pl.String, "ends": pl.Int64},
        orient="row",
    )
    kinds = pl.col("kind").is_in([target.event, target.response])
    events = lake.scan("events").filter(kinds).select("customer_id", "campaign_id", "kind", "time")
    return nw.from_native(events.collect().lazy()), nw.from_native(ends)


def feature_names(feature_set: FeatureSet, target: Target) -> tuple[str, ...]:
    """The columns that a model of this target reads, in order."""
    return (*feature_set.names, *(PAIR_FEATURES if target.type == "redemption" else ()))


def table(
    lake: Lake, target: Target, names: Sequence[str], rows: pl.DataFrame, known: pl.DataFrame, *, minor_units: int
) -> Table:
    """Labelled rows joined with the profiles of their moments (and, for redemption, with the pair's features)."""
    if target.type == "redemption":
        pairs = rows.select("customer_id", "as_of", "campaign_id")
        beside = pair_frame(lake, pairs, contact=target.event, response=target.response or "")
        rows = pl.concat([rows, beside.select(PAIR_FEATURES)], how="horizontal")
    joined = rows.join(known, on=["customer_id", "as_of"], how="inner", maintain_order="left")
    scale = 10**minor_units if target.kind == "amount" else 1
    return Table(
        x=np.ascontiguousarray(joined.select(names).to_numpy(), dtype=np.float64),
        y=joined["y"].to_numpy().astype(np.float64) / scale,
        as_of=joined["as_of"].to_numpy(),
        known=joined["known"].to_numpy(),
        customers=np.array(joined["customer_id"].to_list(), dtype=np.str_),
        fresh=joined["fresh"].to_numpy() if "fresh" in joined.columns else np.ones(len(joined), dtype=np.bool_),
    )


def history_start(lake: Lake, *, as_of: int) -> int:
    """When the commonest kind of event begins: stray earlier rows of another kind make no history."""
    seen = lake.scan("events").filter(pl.col("time") <= as_of, pl.col("customer_id").is_not_null())
    kinds = seen.group_by("kind").agg(pl.len(), pl.col("time").min()).sort("len", "kind", descending=[True, False])
    first = kinds.head(1).collect()["time"]
    return int(first[0]) if len(first) else as_of


def training_tables(
    lake: Lake, feature_set: FeatureSet, targets: Sequence[Target], *, as_of: int, minor_units: int
) -> dict[str, Table]:
    """Every target's table as of a moment, from one pass of profiles.

    Rows whose outcome is not known by then have no label (NaN); they are the customers the model is made for.
    """
    first = history_start(lake, as_of=as_of)
    rows = {target.name: _rows(lake, target, first=first, as_of=as_of) for target in targets}
    moments = sorted({moment for frame in rows.values() for moment in frame["as_of"].unique()})
    known = profiles(lake, feature_set, as_of=moments) if moments else _nobody(feature_set)
    return {
        target.name: replace(
            table(lake, target, feature_names(feature_set, target), rows[target.name], known, minor_units=minor_units),
            drifting=drifting(feature_set, target),
        )
        for target in targets
    }


def _nobody(feature_set: FeatureSet) -> pl.DataFrame:
    """The profiles of no moment at all."""
    head = {"customer_id": pl.String, "as_of": pl.Int64}
    return pl.DataFrame(schema=head | dict.fromkeys(feature_set.names, pl.Float64))


def _rows(lake: Lake, target: Target, *, first: int, as_of: int) -> pl.DataFrame:
    """A target's rows as of a moment; redemption's are its contacts and, as they are scored, later looks at them.

    A contact is looked at for a horizon and while its campaign runs: until its outcome is known. So no moment has looks
    at a contact on both its sides, some known before it and some begun after it.
    """
    moments = [as_of, *origins(target, first=first, as_of=as_of)]
    rows = labels(lake, target, moments=moments).with_columns(fresh=pl.lit(value=True))
    if target.type == "redemption":
        more = looks(lake, target, moments=range(as_of, min(first + WARM_UP, as_of) - 1, -LOOK))
    else:
        more = labels(lake, target, moments=[moment - STEP // 2 for moment in moments])
    rows = pl.concat([rows, more.with_columns(fresh=pl.lit(value=False))])
    label = pl.when(pl.col("known") <= as_of).then(pl.col("y")).alias("y")
    known = rows.filter(pl.col("as_of").is_between(first + WARM_UP, as_of)).with_columns(label)
    return known.sort("as_of", *(("campaign_id",) if target.type == "redemption" else ()), "customer_id")
