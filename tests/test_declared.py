"""A feature that is declared in a line exists in training, in batches and over HTTP, and is the same there."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from features import Lake, declare, profiles_at
from features.units import DAY
from serving.scoring.batches.batch import scores
from serving.scoring.lineup import Lineup
from tests.serving.clients import client_of
from tests.serving.models import tiny_models
from tests.serving.shop import NOW, current_state_of, open_shop
from training.targets import targets_of
from training.walk.dataset import training_datasets


def test_a_declared_feature_reaches_training_batch_and_http(tmp_path: Path) -> None:
    settings, plain = open_shop(tmp_path)
    lake = Lake(settings.lake)
    features = plain.feature_set.adding(
        declare("tea", take="sum", of="value", kind="order", where={"item_id": "tea"}, windows=["90d"])
    )
    features.save(settings.feature_set)
    lineup = Lineup.of(features, tiny_models(lake, features, settings, as_of=NOW - 84 * DAY))
    bought = pl.col("kind").eq("order") & pl.col("item_id").eq("tea") & pl.col("fragment").eq("2")

    target = targets_of(settings)["lapse"]
    table = training_datasets(lake, features, [target], as_of=NOW, minor_units=2)["lapse"]
    assert table.x.shape[1] == len(features.names)
    assert (table.x[:, features.names.index("tea_90d")] > 0).any()

    told = profiles_at(lake, features, as_of=NOW).filter(customer_id="2")["tea_90d"].item()
    window = pl.col("time").is_between(NOW - 90 * DAY, NOW, closed="right")
    spent = lake.scan("events").filter(bought, window).select(pl.col("value").sum()).collect().item()
    assert told == spent / 100 > 0
    batch = scores(settings, ["2"], as_of=NOW, lineup=lineup).row(0, named=True)
    assert "tea_90d" in lineup.models["lapse"].feature_names

    current = current_state_of(settings, lineup, tmp_path)
    http = client_of(current, raise_server_exceptions=False)
    profile = http.get("/v1/profiles/user_id:2").json()
    assert profile["features"]["tea_90d"] == told
    assert profile["scores"]["churn_probability"] == batch["churn_probability"]
    products = [{"product_id": "tea", "price": 4.5, "quantity": 2}, {"product_id": "cake", "price": 1}]
    order = {"messageId": "o1", "userId": "2", "event": "Order Completed", "properties": {"products": products}}
    assert http.post("/v1/track", json=order).json()["accepted"] == 1
    assert http.get("/v1/profiles/user_id:2").json()["features"]["tea_90d"] == pytest.approx(told + 9)
    current.close()
