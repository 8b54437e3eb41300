"""Customers of whom only the table of customers tells: profiles with their attributes and counts of 0."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from starlette.testclient import TestClient

from features.config.settings import Settings, read_settings
from features.profiles.fitted.feature_set import FeatureSet
from serving.http.current.state import CurrentState, load_state
from serving.jobs.build import build_all
from serving.scoring.lineup import Lineup
from tests.serving.clients import client_of

YAML = """
name: Tea shop
clock: 2024-06-30
features: {fitted_at: 2024-06-01}
sources:
  orders: {from: orders.csv, kind: order, columns: {id: who, time: day, value: paid}}
  people: {table: customers, from: people.csv, columns: {customer_id: who, plan: plan}}
serving: {models: carried}
"""


def people(folder: Path, *rows: str) -> None:
    (folder / "people.csv").write_text("\n".join(["who,plan", *rows, ""]), encoding="utf-8")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    orders = [f"{who},2024-{month:02}-{day:02},5" for who in ("ada", "bob") for month in (3, 4) for day in range(1, 29)]
    (tmp_path / "orders.csv").write_text("\n".join(["who,day,paid", *orders, "late,2024-06-15,7", ""]))
    people(tmp_path, "ada,gold", "bob,free", "new,gold", "late,free")
    (tmp_path / "stamkund.yaml").write_text(YAML)
    return read_settings(tmp_path / "stamkund.yaml")


def http(settings: Settings) -> Iterator[TestClient]:
    """The service without anything to answer from, and with the features at hand but no models."""
    state = load_state(settings, folder=settings.home.parent)
    for lineup in (None, Lineup.of(FeatureSet.load(settings.feature_set), {})):
        current = CurrentState(replace(state, lineup=lineup), lambda _: state, lambda: None)
        yield client_of(current)
    state.store.dispose()


def answers(settings: Settings, customer: str, **asked: str) -> list[dict[str, Any]]:
    """A profile without and with features."""
    return [each.get(f"/v1/profiles/user_id:{customer}", params=asked).json() for each in http(settings)]


def test_a_build_writes_a_profile_of_who_has_no_events(settings: Settings) -> None:
    built = build_all(settings, as_of=settings.now())
    assert built.customers == 4
    profiles = built.profiles.select("customer_id", "orders_all", "spend_all", "plan", "stage", "days_since_last_order")
    assert built.profiles["customer_id"].to_list() == ["ada", "bob", "late", "new"]
    (new,) = profiles.filter(customer_id="new").fill_nan(None).to_dicts()
    plan, stage = (built.feature_set.feature(name).vocabulary for name in ("plan", "stage"))
    assert new == {
        "customer_id": "new", "orders_all": 0, "spend_all": 0, "plan": plan.index("gold"),
        "stage": stage.index("prospect"), "days_since_last_order": None,
    }  # fmt: skip


def test_over_http_the_profile_has_traits_counts_of_0_and_says_why_there_are_no_scores(settings: Settings) -> None:
    build_all(settings, as_of=settings.now())
    bare, full = answers(settings, "new")
    assert (bare["traits"], bare["features"], bare["scores"], bare["no_scores"]) == (
        {"plan": "gold"}, None, None, "no_events",
    )  # fmt: skip
    features = full["features"]
    assert (features["orders_all"], features["plan"], features["days_since_last_order"]) == (0, "gold", None)
    assert (full["no_scores"], full["scores"]["historic_clv"]) == ("no_events", 0)
    assert [answer["no_scores"] for answer in answers(settings, "ada")] == ["no_model", "no_model"]
    assert answers(settings, "nobody")[0]["error"]["code"] == "unknown_customer"


def test_before_the_first_event_it_is_the_same_as_without_any(settings: Settings) -> None:
    build_all(settings, as_of=settings.now())
    new, late = (answers(settings, who, as_of="2024-06-14")[1] for who in ("new", "late"))
    assert {**late["features"], "plan": "gold"} == new["features"]
    assert (late["no_scores"], late["traits"]) == ("no_events", {"plan": "free"})
    assert answers(settings, "late", as_of="2024-06-16")[1]["features"]["orders_all"] == 1


def test_the_first_event_over_http_counts_at_once(settings: Settings) -> None:
    build_all(settings, as_of=settings.now())
    message = {
        "type": "track",
        "messageId": "m",
        "userId": "new",
        "event": "Order Completed",
        "properties": {"total": 3},
    }
    next(http(settings)).post("/v1/batch", json={"batch": [message]})
    full = answers(settings, "new")[1]
    assert (full["features"]["spend_all"], full["features"]["plan"], full["no_scores"]) == (3, "gold", "no_model")


def test_who_leaves_the_table_and_did_nothing_is_unknown_after_the_next_build(settings: Settings) -> None:
    build_all(settings, as_of=settings.now())
    people(settings.home.parent, "ada,gold", "bob,free", "newer,gold", "late,free")
    built = build_all(settings, as_of=settings.now())
    assert built.profiles["customer_id"].to_list() == ["ada", "bob", "late", "newer"]
    assert [answers(settings, who)[0].get("traits") for who in ("new", "newer")] == [None, {"plan": "gold"}]


def test_the_features_are_those_of_a_frame(settings: Settings) -> None:
    built = build_all(settings, as_of=settings.now())
    rows = built.profiles.filter(pl.col("customer_id") == "new").drop("customer_id", "as_of").row(0, named=True)
    told = answers(settings, "new")[1]["features"]
    assert {name: built.feature_set.feature(name).display(value) for name, value in rows.items()} == told
