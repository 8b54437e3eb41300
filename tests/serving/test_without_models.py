"""A company of which no model answers yet: features and orders tell what they know, over HTTP as in a batch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import polars as pl
import pytest
from starlette.testclient import TestClient

from features.config.sections.serving import Clv
from features.config.settings import Settings, read_settings
from features.errors import StamkundError
from features.moments import iso
from features.units import DAY
from serving.http.current.state import CurrentState, open_state
from serving.jobs.build import build_all
from serving.scoring.batches.batch import answers, score_batch
from serving.scoring.champions import carry
from tests.serving.clients import client_of
from training.btyd import BetaGeometric, GammaGamma
from training.orders import OrdersModel

YAML = """
name: Tea shop
clock: 2024-06-30
features: {fitted_at: 2024-06-01}
sources:
  orders: {from: orders.csv, kind: order, columns: {id: who, time: day, value: paid}}
targets:
  lapse: {type: lapse, horizon: 14d, active: 28d}
  spend: {type: spend, horizon: 28d, active: 28d}
  redemption: {type: redemption, horizon: 28d}
"""
# Nobody leaves, everybody orders on one day in ten, each day's orders bring 20.
STEADY = BetaGeometric(1e9, 1e10, 1e-9, 1e9, leaves_at_first=False)
WORTH = GammaGamma(p=1.0, q=1e9 + 1, gamma=2e10)


def shop(folder: Path) -> Path:
    """Two customers who order in March and April; the settings that read them."""
    orders = [f"{who},2024-{month:02}-{day:02},5" for who in ("ada", "bob") for month in (3, 4) for day in range(1, 29)]
    (folder / "orders.csv").write_text("\n".join(["who,day,paid", *orders, ""]))
    (folder / "stamkund.yaml").write_text(YAML)
    return folder / "stamkund.yaml"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = read_settings(shop(tmp_path_factory.mktemp("without")))
    build_all(settings, as_of=settings.now())
    OrdersModel(settings.now(), settings.now(), 80, 1.0, STEADY, WORTH).save(settings.orders)
    return settings


@pytest.fixture(scope="module")
def current(settings: Settings) -> Iterator[CurrentState]:
    current = open_state(settings.home.parent / "stamkund.yaml")
    yield current
    current.close()


@pytest.fixture(scope="module")
def http(current: CurrentState) -> TestClient:
    return client_of(current)


def scores_of(http: TestClient, *customers: str, **asked: object) -> list[dict[str, Any]]:
    return list(http.post("/v1/scores", json={"customers": customers, **asked}).json()["scores"])


def test_orders_tell_what_they_know_and_each_target_says_that_it_has_no_model(http: TestClient) -> None:
    (ada,) = scores_of(http, "ada")
    assert (ada["historic_clv"], ada["historic_number_of_orders"], ada["horizon_days"]) == (280.0, 56.0, 28)
    assert ada["predicted_clv"] == pytest.approx(2.8 * 20, rel=1e-6)  # 28 days, the horizon of the declared spend
    assert (ada["predicted_clv_fallback"], ada["churn_probability"], ada["propensities"]) == ("btyd", None, {})
    assert ada["expected_date_of_next_order"] == "2024-07-06"  # a chance of one half after 10 ln 2 = 6.9 days
    nothing: dict[str, object] = {
        "score": None,
        "percentile": None,
        "no_score": "no_model",
        "reasons": [],
        "version": None,
    }
    assert ada["models"] == {
        "lapse": {**nothing, "probability": None, "model": "lapse"},
        "spend": {**nothing, "amount": None, "model": "spend"},
        "redemption": {**nothing, "probability": None, "model": "redemption", "campaign_id": None},
    }


def test_a_profile_has_features_and_scores_and_says_that_no_model_stands(http: TestClient) -> None:
    profile = http.get("/v1/profiles/user_id:ada").json()
    assert profile["features"]["orders_all"] == 56
    assert profile["features"]["days_since_last_order"] == pytest.approx(62)
    assert (profile["no_scores"], profile["scores"]["historic_clv"]) == ("no_model", 280.0)


def test_a_decision_is_the_fallback(http: TestClient) -> None:
    for profile in ({"id": "ada"}, {"id": "nobody"}, None):
        decided = http.post("/v1/decisions", json={"profile": profile}).json()
        (item,) = decided["placements"][0]["items"]
        assert (item["is_fallback"], decided["models"]) == (True, {})


def test_declared_targets_can_be_asked_for_by_name_and_no_others(http: TestClient) -> None:
    assert [list(ada["models"]) for ada in scores_of(http, "ada", models=["spend"])] == [["spend"]]
    refused = http.post("/v1/scores", json={"customers": ["ada"], "models": ["spent"]})
    assert (refused.status_code, refused.json()["error"]["field"]) == (422, "models[0]")
    assert "did you mean 'spend'? Known: lapse, redemption, spend" in refused.json()["error"]["message"]


def test_a_batch_says_the_same(http: TestClient, settings: Settings, tmp_path: Path) -> None:
    report = score_batch(settings, as_of=settings.now(), out=tmp_path / "scores.parquet")
    assert (report.models, report.unanswered) == ({}, ("lapse", "spend", "redemption"))
    rows = pl.read_parquet(tmp_path / "scores.parquet")
    for told, row in zip(scores_of(http, "ada", "bob"), rows.to_dicts(), strict=True):
        figures = [name for name, value in told.items() if isinstance(value, float)]
        assert len(figures) > 5
        assert [row[name] for name in figures] == [told[name] for name in figures]
        assert str(row["expected_date_of_next_order"]) == told["expected_date_of_next_order"]
        assert (row["lapse_probability"], row["lapse_no_score"], row["lapse_version"]) == (None, "no_model", None)
        assert (row["spend_amount"], row["redemption_campaign_id"], row["redemption_reasons"]) == (None, None, [])
    nobody = rows.clear()
    assert nobody.schema["lapse_probability"] == pl.Float64
    assert nobody.schema["lapse_score"] == pl.Int64


def test_the_declared_discount_lessens_what_orders_are_to_bring(settings: Settings) -> None:
    discounted = settings.model_copy(update={"clv": Clv(discount=0.25)})
    (plain,), (worth,) = (answers(each, ["ada"], as_of=each.now()) for each in (settings, discounted))
    assert worth["predicted_clv"] == pytest.approx(
        cast("float", plain["predicted_clv"]) * 1.25 ** (-14 / 365.25), rel=1e-4
    )
    assert (plain["discount_rate"], worth["discount_rate"]) == (0.0, 0.25)


def test_a_bento_carries_models_or_is_refused(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(StamkundError, match="stamkund train") as refused:
        carry(settings, tmp_path)
    assert refused.value.code == "no_model"


def test_before_the_first_build_nothing_answers_and_after_it_a_running_service_does(tmp_path: Path) -> None:
    config = shop(tmp_path)
    current = open_state(config)
    settings = current.state.settings
    assert current.state.lineup is None  # so the service is not ready
    refused = client_of(current).post("/v1/scores", json={"customers": ["ada"]})
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "no_model")
    assert "stamkund build" in refused.json()["error"]["message"]
    with pytest.raises(StamkundError, match="stamkund build"):
        score_batch(settings, as_of=settings.now(), out=tmp_path / "scores.parquet")
    build_all(settings, as_of=settings.now())
    features = settings.feature_set.read_bytes()
    settings.feature_set.unlink()
    assert current.renew()  # the lake is there, but the build has not written the features yet
    assert current.state.lineup is None
    settings.feature_set.write_bytes(features)
    assert current.renew()
    assert [each["historic_clv"] for each in scores_of(client_of(current), "ada")] == [280.0]
    current.close()


def test_a_refund_leaves_nothing_of_its_order_over_http_and_after_the_next_build(tmp_path: Path) -> None:
    """c1 orders for 100 and gets 100 back; the refund of c2 is written with a sign: 30 went back."""
    config = shop(tmp_path)
    settings = read_settings(config)
    build_all(settings, as_of=settings.now())
    current = open_state(config)
    told = [
        ("c1", "Order Completed", 10, {"revenue": 100, "order_id": "R1"}),
        ("c1", "Order Refunded", 1, {"total": 100, "order_id": "R1"}),
        ("c2", "Order Refunded", 1, {"total": -30, "order_id": "R2"}),
        ("c1", "Order Refunded", 1, {"order_id": "R1"}),
    ]
    messages = [
        {
            "type": "track", "messageId": f"m{place}", "userId": who, "event": event, "properties": properties,
            "timestamp": iso(settings.now() - days * DAY),
        }
        for place, (who, event, days, properties) in enumerate(told)
    ]  # fmt: skip
    answered = client_of(current).post("/v1/batch", json={"batch": messages}).json()
    assert [each["code"] for each in answered["results"]] == [None, None, None, "missing_amount"]
    live = {each["customer_id"]: each["historic_clv"] for each in scores_of(client_of(current), "c1", "c2")}
    build_all(settings, as_of=settings.now())
    score_batch(settings, as_of=settings.now(), out=tmp_path / "scores.parquet")
    rows = pl.read_parquet(tmp_path / "scores.parquet").filter(pl.col("customer_id").is_in(["c1", "c2"]))
    assert live == dict(rows.select("customer_id", "historic_clv").rows()) == {"c1": 0.0, "c2": -30.0}
    current.close()
