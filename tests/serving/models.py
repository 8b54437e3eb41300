"""Models small enough to train in a test, real in every other way."""

from __future__ import annotations

from collections.abc import Sequence

import lightgbm as lgb
import numpy as np
import polars as pl

from features.arrays import Floats
from features.config.settings import Settings
from features.identity.people import events_at
from features.lake import Lake
from features.profiles.fitted.feature_set import FeatureSet
from features.profiles.frames import profiles_at
from features.profiles.pairs.features import PAIR_FEATURES
from features.profiles.pairs.frames import pair_frame
from training.learners.blend import Blend
from training.learners.calibration import Platt
from training.learners.model import Model, quantiles
from training.learners.trees import Trees
from training.targets import Target, targets_of

LEAVES = {"num_leaves": 4, "min_data_in_leaf": 5, "num_threads": 1, "verbose": -1, "seed": 1}


def tiny_models(lake: Lake, feature_set: FeatureSet, settings: Settings, *, as_of: int) -> dict[str, Model]:
    """A model for each of the settings' three targets, of a handful of leaves."""
    frame = profiles_at(lake, feature_set, as_of=as_of)
    events = events_at(lake, as_of=as_of)
    later = events.filter(pl.col("kind") == "order", pl.col("time") > as_of)
    spend = later.group_by("customer_id").agg(pl.col("value").sum()).collect()
    amounts = (
        frame.join(spend, on="customer_id", how="left", maintain_order="left")["value"].fill_null(0).to_numpy() / 100
    )
    contacts = events.filter(pl.col("kind") == "contact", pl.col("campaign_id") == "old")
    pairs = contacts.select("customer_id", "campaign_id", as_of=pl.lit(as_of)).sort("customer_id").collect()
    reached = pair_frame(lake, pairs).join(frame.drop("as_of"), on="customer_id", maintain_order="left")
    single, both = feature_set.names, (*feature_set.names, *PAIR_FEATURES)
    x, targets = frame.select(single).to_numpy(), targets_of(settings)
    coin = np.random.default_rng(0).integers(0, 2, len(reached)).astype(np.float64)
    answered = reached["redeemed_in_campaign"].to_numpy() > 0  # so that campaigns of one customer have other chances
    made = [
        _model(targets["lapse"], "binary", x, (amounts < np.median(amounts)).astype(np.float64), single),
        _model(targets["spend"], "tweedie", x, amounts, single),
        _model(targets["redemption"], "binary", reached.select(both).to_numpy(), np.where(answered, 1.0, coin), both),
    ]
    return {model.name: with_hash(model, feature_set.hash) for model in made}


def _model(target: Target, objective: str, x: Floats, y: Floats, names: Sequence[str]) -> Model:
    booster = lgb.train(LEAVES | {"objective": objective, "num_iterations": 10}, lgb.Dataset(x, y))
    scorer = Blend({"trees": Trees(booster)})
    bare = Model(target.name, 1, target, scorer, Platt(0.9, 0.1), tuple(names), "", (), 0)
    return Model(**{**vars(bare), "percentiles": quantiles(bare.predict(x))})


def with_hash(model: Model, feature_set_hash: str) -> Model:
    """The model as trained on that feature set."""
    return Model(
        **{name: getattr(model, name) for name in Model.__dataclass_fields__} | {"feature_set_hash": feature_set_hash}
    )
