from __future__ import annotations

from dataclasses import replace
from math import log

import pytest
from starlette.testclient import TestClient

from features.config.settings import Settings
from serving.http.current.state import CurrentState
from serving.scoring.batches.batch import scores
from serving.scoring.lineup import Lineup
from tests.serving.clients import client_of
from tests.serving.http.errors import Json, error_of
from training.targets import targets_of


def test_scores_in_the_order_asked_with_an_error_for_the_unknown(http: TestClient) -> None:
    asked = {"profiles": [{"id_type": "user_id", "id": "1"}, {"id_type": "email", "id": "1"}], "customers": ["0", "x"]}
    body = http.post("/v1/scores", json=asked).json()
    assert (body["as_of"], body["currency"]) == ("2017-12-03T00:00:00Z", "USD")
    one, email, gone, unknown = body["scores"]
    assert (one["customer_id"], one["horizon_days"]) == ("1", 84)
    assert 0 < one["churn_probability"] < 1
    assert one["churn_probability"] == one["models"]["lapse"]["probability"]
    assert one["predicted_clv"] == one["models"]["spend"]["amount"]
    assert one["historic_clv"] > 0
    assert gone["churn_probability"] is None
    assert {email["error"]["code"], unknown["error"]["code"]} == {"unknown_customer"}


def test_each_model_gives_score_percentile_and_reasons(http: TestClient) -> None:
    (one,) = http.post("/v1/scores", json={"customers": ["1"], "reasons": 2}).json()["scores"]
    lapse = one["models"]["lapse"]
    assert lapse["score"] == round(100 * lapse["probability"])
    assert 1 <= lapse["percentile"] <= 99
    assert len(lapse["reasons"]) == 2
    assert {tuple(reason) for reason in lapse["reasons"]} == {("code", "value", "usual", "contribution", "text")}
    assert all(reason["text"] for reason in lapse["reasons"])
    assert (lapse["model"], lapse["version"]) == ("lapse", "1")
    best = one["models"]["redemption"]
    assert best["probability"] == max(one["propensities"].values())
    assert one["propensities"][best["campaign_id"]] == best["probability"]


def test_only_the_models_asked_for(http: TestClient) -> None:
    (one,) = http.post("/v1/scores", json={"customers": ["1"], "models": ["spend"]}).json()["scores"]
    assert list(one["models"]) == ["spend"]
    assert one["churn_probability"] is None


def test_an_unknown_model_is_told_the_nearest(http: TestClient) -> None:
    got = http.post("/v1/scores", json={"customers": ["1"], "models": ["laps"]})
    assert error_of(got)["message"] == "Unknown model 'laps'; did you mean 'lapse'? Known: lapse, redemption, spend."


def test_the_past_is_answered_from_the_lake(own: CurrentState) -> None:
    http = client_of(own)
    now: Json = {"customers": ["2"]}
    past = now | {"as_of": "2017-11-01T00:00:00Z"}
    before, today = (http.post("/v1/scores", json=asked).json() for asked in (past, now))
    sent: Json = {"messageId": "back-dated", "userId": "2", "timestamp": "2017-10-30", "event": "Order Completed"}
    assert http.post("/v1/track", json=sent | {"properties": {"revenue": 5}}).json()["accepted"] == 1
    assert http.post("/v1/scores", json=past).json() == before
    assert before["as_of"] == "2017-11-01T00:00:00Z"
    (after,) = http.post("/v1/scores", json=now).json()["scores"]
    assert after["historic_clv"] == pytest.approx(today["scores"][0]["historic_clv"] + 5)


def test_reasons_come_by_how_much_they_add_or_take_away(http: TestClient) -> None:
    asked = {"customers": [str(i) for i in range(80)], "reasons": 5}
    said = [model for one in http.post("/v1/scores", json=asked).json()["scores"] for model in one["models"].values()]
    parts = [[reason["contribution"] for reason in each["reasons"]] for each in said]
    assert all(each == sorted(each, key=abs, reverse=True) for each in parts)
    assert any(each != sorted(each, reverse=True) for each in parts)  # some of what takes away comes first


def test_each_horizon_of_a_target_answers_under_its_own_name_and_the_first_fills_the_figures(
    current: CurrentState,
) -> None:
    """What the model of 84 days says is three times what that of 28 days does."""
    spends = {"spend": {"type": "spend", "horizon": ["28d", "84d"], "active": "84d"}}
    targets = targets_of(Settings.model_validate({"name": "Shop", "sources": {}, "targets": spends}))
    own = current.state.required_lineup()
    base = own.models["spend"]
    models = {
        name: replace(base, name=name, target=target, calibration=replace(base.calibration, intercept=log(times)))
        for times, (name, target) in zip((1, 3), targets.items(), strict=True)
    }
    state = replace(current.state, lineup=Lineup.of(own.feature_set, models, declared=targets))
    http = client_of(CurrentState(state, lambda _: state, lambda: None))
    both, last = (
        http.post("/v1/scores", json={"customers": ["1"], "models": names}).json()["scores"][0]
        for names in (None, ["spend_84d"])
    )
    assert list(both["models"]) == ["spend_28d", "spend_84d"]
    short, long = (both["models"][name]["amount"] for name in targets)
    assert long == pytest.approx(3 * short)
    assert (both["predicted_clv"], both["horizon_days"]) == (short, 28)
    assert (last["predicted_clv"], last["horizon_days"], list(last["models"])) == (long, 84, ["spend_84d"])
    (row,) = scores(state.settings, ["1"], as_of=state.settings.now(), lineup=state.lineup).to_dicts()
    assert (row["spend_28d_amount"], row["spend_84d_amount"], row["predicted_clv"]) == (short, long, short)


def test_predicted_clv_is_what_the_predicted_spend_is_worth_today(current: CurrentState) -> None:
    """Without a model of orders it comes in the middle of its horizon of 84 days."""
    state = replace(current.state, lineup=replace(current.state.required_lineup(), discount=0.1))
    http = client_of(CurrentState(state, lambda _: state, lambda: None))
    one = http.post("/v1/scores", json={"customers": ["1"]}).json()["scores"][0]
    assert one["predicted_clv"] == pytest.approx(one["models"]["spend"]["amount"] * 1.1 ** (-42 / 365.25))
    assert one["discount_rate"] == 0.1
    (row,) = scores(state.settings, ["1"], as_of=state.settings.now(), lineup=state.lineup).to_dicts()
    assert (row["predicted_clv"], row["discount_rate"]) == (one["predicted_clv"], 0.1)
