"""Columns of all customers at a moment, from the lake, the profiles, the table of scores and what customers said."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np
import polars as pl

from features.arrays import Mask
from features.config.settings import Settings
from features.events.knowledge import known_events
from features.facts.names import known_names
from features.identity.people import People
from features.lake import Lake
from features.language.rules.types import Names
from features.moments import utc
from features.privacy.gatekeeper import EVERYBODY, Gatekeeper, Pass
from features.profiles.consent import gatekeeper_of
from features.profiles.fitted.feature_set import FeatureSet
from insights.segments.columns.column import Column
from insights.segments.columns.consent import consent_columns, passing
from insights.segments.columns.features import feature_columns, needed, profiles
from insights.segments.columns.journeys import journey_columns
from insights.segments.columns.percentiles import PERCENTILES, Fitted, ranked_name
from insights.segments.columns.scores import score_columns
from insights.segments.columns.traits import trait_columns
from insights.segments.customers import Columns
from insights.segments.rules import journeys_in


def columns_at(
    settings: Settings, *, as_of: int, names: Collection[str] | None = None, allowed: Pass = EVERYBODY
) -> Columns:
    """The columns of these names, or of all, at a moment (µs), of those whom the gate ``insights`` lets pass.

    Features of people who do not allow profiles, and scores of those who do not allow these, are unknown. Whoever is
    not ``allowed`` beside that is left out.
    """
    lake, feature_set = Lake(settings.lake), FeatureSet.load(settings.feature_set)
    keeper = gatekeeper_of(settings, lake)
    known = known_names(settings, lake, feature_set)
    wanted = _every(known)
    if names is not None:
        wanted = {ranked_name(name, wanted) if name.startswith(PERCENTILES) else name for name in names}
    own = [name.removeprefix("features.") for name in wanted if name.startswith("features.")]
    some = feature_set if names is None else needed(feature_set, own or feature_set.names[:1])
    gate = allowed if keeper is None else allowed & keeper.passes("insights", as_of=as_of)
    written = _written(settings, as_of) if keeper is None else None
    columns: dict[str, Column] = {}
    with profiles(lake, some, as_of=as_of, allowed=gate, written=written) as frame:
        unordered = frame.select("customer_id").collect()["customer_id"]
        order = unordered.arg_sort()
        ids = unordered.gather(order)
        shown = [feature for feature in some.features if f"features.{feature.name}" in wanted]
        visible = _visible(keeper, ids, as_of)
        columns |= feature_columns(frame, shown, order, visible)
    people = People.at(lake, [as_of])
    journeys = {name.split(".")[1] for name in wanted if name.startswith("journeys.")}
    asked = [journey for name, journey in journeys_in(settings).items() if name in journeys]
    events = gate.over(known_events(people.customer_events(), as_of))
    columns |= journey_columns(events, asked, ids, visible, as_of=as_of)
    types = {name: kind for name, kind in known.spaces.get("traits", {}).items() if f"traits.{name}" in wanted}
    columns |= trait_columns(people, ids, types, as_of=as_of)
    models = [name for name in known.spaces["scores"] if f"scores.{name}" in wanted]
    scored = EVERYBODY if keeper is None else keeper.passes("scores", as_of=as_of)
    columns |= score_columns(settings.scores, ids, models, as_of=as_of, allowed=scored)
    if keeper is not None:
        columns |= consent_columns(keeper, ids, as_of=as_of)
    return Columns(ids.to_arrow(), columns, as_of, lake.version, settings.timezone, Fitted(columns))


def _every(names: Names) -> set[str]:
    """All that columns hold."""
    spaces = ("features", "traits", "journeys", "scores", "consent")
    return {f"{space}.{name}" for space in spaces for name in names.spaces.get(space, ())}


def _visible(keeper: Gatekeeper | None, ids: pl.Series, as_of: int) -> Mask:
    """``[customer]``: whose features may be read."""
    return np.ones(len(ids), dtype=np.bool_) if keeper is None else passing(keeper.passes("profiles", as_of=as_of), ids)


def _written(settings: Settings, as_of: int) -> Path:
    """The file of the profiles that a build of this moment wrote."""
    return settings.profiles / f"{utc(as_of):%Y-%m-%dT%H%M%S}.parquet"
