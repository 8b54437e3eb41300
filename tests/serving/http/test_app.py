from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson
import pytest
from httpx import Response
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from features.units import DAY
from serving.decisions import customers
from serving.decisions.offers import offers_at
from serving.http import customers as http_customers
from serving.http import decisions, events
from serving.http.app import create_app
from serving.http.requests import DecisionRequest, Profile
from serving.http.state import CurrentState
from serving.scoring.model_scores import pair_reasons
from serving.store.event_log import log_frame
from tests.serving.decision_rows import saved_decision
from training.learners.model import Reason

Json = dict[str, Any]


def error_of(got: Response) -> Json:
    body: Json = got.json()
    assert list(body) == ["error"]
    assert list(body["error"]) == ["code", "message", "field"]
    assert body["error"]["message"]
    error: Json = body["error"]
    return error


# --- scores ---


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
    assert 1 <= lapse["percentile"] <= 100
    assert len(lapse["reasons"]) == 2
    assert {tuple(reason) for reason in lapse["reasons"]} == {("code", "value", "contribution")}
    assert (lapse["model"], lapse["version"]) == ("lapse", "1")
    best = one["models"]["redemption"]
    assert best["probability"] == max(one["propensities"].values())
    assert one["propensities"][best["campaign_id"]] == best["probability"]


def test_only_the_models_asked_for(http: TestClient) -> None:
    (one,) = http.post("/v1/scores", json={"customers": ["1"], "models": ["spend"]}).json()["scores"]
    assert list(one["models"]) == ["spend"]
    assert one["churn_probability"] is None


def test_the_past_is_answered_from_the_lake(own: CurrentState) -> None:
    http = TestClient(create_app(own))
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


# --- decisions ---


def test_a_decision_explains_itself_both_ways_and_is_kept(http: TestClient, current: CurrentState) -> None:
    asked = {
        "profile": {"id_type": "user_id", "id": "3"},
        "context": {"channel": "web"},
        "placements": [{"id": "hero", "count": 1}],
    }
    body = http.post("/v1/decisions", json=asked).json()
    assert body["control_group"] is False
    assert body["took_ms"] > 0
    assert "assumed" in body["basis"]
    (hero,) = body["placements"]
    (item,) = hero["items"]
    assert item["expected_value"] == pytest.approx(item["propensity"] * (item["value"] - item["cost"]))
    assert item["reasons"]
    others = {out["offer_id"]: out["reason"] for out in hero["excluded"]}
    assert len(others) == 5
    assert others["old-drinks"] == others["old-sweets"] == "expired"
    kept = saved_decision(current.state.store, body["decision_id"])
    assert kept is not None
    assert (kept.customer_id, kept.context, kept.models) == ("3", {"channel": "web"}, body["models"])
    outranked = [out["offer_id"] for out in hero["excluded"] if out["reason"] == "outranked"]
    assert [each["offer_id"] for each in kept.eligible] == [item["offer_id"], *outranked]
    assert kept.eligible[0] == {
        name: item[name] for name in ("offer_id", "campaign_id", "propensity", "expected_value")
    }
    assert kept.placements == [
        {
            "id": "hero",
            "items": [
                {"offer_id": item["offer_id"], "campaign_id": item["campaign_id"], "position": 1, "probability": 1.0}
            ],
        }
    ]


def test_a_past_decision_takes_offers_for_what_they_were_worth_then(current: CurrentState) -> None:
    now = current.state.settings.now()
    then = current.state.with_offers_as_of(now - 10 * DAY)
    known = offers_at(current.state.lake, current.state.settings, as_of=now - 10 * DAY)
    assert [o.value for o in then.candidates.offers] == [o.value for o in sorted(known, key=lambda o: o.offer_id)]
    assert [o.value for o in then.candidates.offers] != [o.value for o in current.state.candidates.offers]


def test_what_would_have_been_decided_is_not_kept(
    http: TestClient, current: CurrentState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decisions, "save_decision", lambda *_: pytest.fail("It was kept."))
    past = http.post("/v1/decisions", json={"profile": {"id": "3"}, "as_of": "2017-11-30T00:00:00Z"})
    assert (past.status_code, past.json()["decision_id"]) == (200, None)
    assert (
        decisions.answer_decision(current.state, DecisionRequest(profile=Profile(id="3")), dry_run=True)["decision_id"]
        is None
    )


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/decisions", {"profile": {"id": "3"}}),
        ("/v1/scores", {"customers": ["3"]}),
        ("/v1/page", {"messageId": "busy", "userId": "3"}),
    ],
)
def test_a_store_that_is_busy_is_told(http: TestClient, monkeypatch: pytest.MonkeyPatch, path: str, body: Json) -> None:
    def busy(*_: object, **__: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    monkeypatch.setattr(decisions, "save_decision", busy)
    monkeypatch.setattr(http_customers, "record_of", busy)
    monkeypatch.setattr(events, "append_events", busy)
    got = http.post(path, json=body)
    assert (got.status_code, error_of(got)["code"]) == (503, "store_unavailable")


def test_a_message_sent_again_with_more_lines_adds_none(http: TestClient, current: CurrentState) -> None:
    order: Json = {"messageId": "whole", "userId": "whole", "event": "Order Completed"}
    verdicts = []
    for products in (2, 3, 0):
        carried = {"products": [{"price": 1}] * products} if products else {"revenue": 2}
        got = http.post("/v1/track", json=order | {"properties": carried})
        verdicts.append(got.json()["results"][0]["status"])
    assert verdicts == ["accepted", "duplicate", "duplicate"]
    frame, _ = log_frame(current.state.store)
    assert frame.filter(frame["id"] == "whole")["event_id"].to_list() == ["whole", "whole#002"]


def test_only_what_is_chosen_is_reasoned_about(http: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def counted(*given: Any, top: int) -> list[list[Reason]]:
        asked.extend(given[-1].campaigns)
        return pair_reasons(*given, top=top)

    monkeypatch.setattr(customers, "pair_reasons", counted)
    for customer in map(str, range(20)):
        asked.clear()
        (place,) = http.post("/v1/decisions", json={"profile": {"id": customer}}).json()["placements"]
        (item,) = place["items"]
        assert asked == ([] if item["is_fallback"] else [item["campaign_id"]])
        assert item["is_fallback"] or len(item["reasons"]) == 4


def test_explain_false_leaves_out_the_excluded(http: TestClient) -> None:
    (place,) = http.post("/v1/decisions", json={"profile": {"id": "3"}, "explain": False}).json()["placements"]
    assert set(place) == {"id", "items"}


@pytest.mark.parametrize("profile", [None, {"id": "nobody"}, {"id_type": "anonymous_id", "id": "3"}])
def test_unknown_and_anonymous_visitors_get_the_fallback(
    http: TestClient, current: CurrentState, profile: Json | None
) -> None:
    got = http.post("/v1/decisions", json={"profile": profile, "placements": [{"id": "a"}, {"id": "b", "count": 3}]})
    assert got.status_code == 200
    for place in got.json()["placements"]:
        (item,) = place["items"]
        assert (item["offer_id"], item["is_fallback"], item["probability"]) == ("flyer", True, 1.0)
    kept = saved_decision(current.state.store, got.json()["decision_id"])
    assert kept is not None
    assert (kept.customer_id, kept.eligible) == (None, [])


# --- events ---


def test_the_next_answer_knows_an_event(http: TestClient) -> None:
    profile = "/v1/profiles/user_id:new%20one"
    assert error_of(http.get(profile))["code"] == "unknown_customer"
    products = [{"product_id": "tea", "price": 4.5, "quantity": 2}, {"product_id": "cake", "price": 1}]
    order: Json = {"type": "track", "messageId": "o1", "userId": "new one", "event": "Order Completed"}
    order |= {"properties": {"order_id": "a", "products": products}}
    traits = {"type": "identify", "messageId": "i1", "userId": "new one", "traits": {"plan": "gold"}}
    sent = http.post("/v1/batch", json={"batch": [order, traits, order, {"type": "page", "messageId": "bad"}]})
    assert sent.status_code == 200
    body = sent.json()
    assert (body["accepted"], body["duplicate"], body["rejected"]) == (2, 1, 1)
    assert body["results"][0] == {"messageId": "o1", "status": "accepted", "code": None, "message": None, "field": None}
    assert (body["results"][3]["code"], body["results"][3]["field"]) == ("missing_user", "userId")
    got = http.get(profile).json()
    assert got["traits"] == {"plan": "gold"}
    assert (got["features"]["orders_all"], got["features"]["spend_all"]) == (1.0, 10.0)
    assert got["scores"]["historic_number_of_orders"] == 1.0
    assert got["features"]["share_drinks_all"] == pytest.approx(0.9)  # tea is in Drinks


def test_a_redeemed_offer_is_not_offered_again(own: CurrentState) -> None:
    http = TestClient(create_app(own))
    asked = {"profile": {"id": "5"}, "placements": [{"id": "hero", "count": 1}]}
    (item,) = http.post("/v1/decisions", json=asked).json()["placements"][0]["items"]
    redeem: Json = {"messageId": "r5", "userId": "5", "event": "Redeem"}
    redeem |= {"properties": {"offer_id": item["offer_id"], "campaign_id": item["campaign_id"]}}
    assert http.post("/v1/track", json=redeem).status_code == 200
    (place,) = http.post("/v1/decisions", json=asked).json()["placements"]
    assert place["items"][0]["offer_id"] != item["offer_id"]
    reasons = {out["offer_id"]: out["reason"] for out in place["excluded"]}
    assert reasons[item["offer_id"]] == "already_redeemed"


def test_every_type_of_message_has_a_path(http: TestClient, current: CurrentState) -> None:
    sent: dict[str, Json] = {
        "track": {"event": "Product Viewed"},
        "identify": {"traits": {}},
        "page": {"name": "Home"},
        "screen": {},
        "group": {"groupId": "g"},
        "alias": {"previousId": "p"},
    }
    for type_, message in sent.items():
        got = http.post(f"/v1/{type_}", json={"messageId": f"path-{type_}", "userId": "paths"} | message)
        assert got.json()["results"][0]["status"] == "accepted"
    frame, _ = log_frame(current.state.store)
    kinds = [row["kind"] for row in frame.to_dicts() if row["customer_id"] == "paths"]
    assert kinds == ["view", "identify", "visit", "visit", "identify", "alias"]


def test_a_single_message_that_is_refused_refuses_the_request(http: TestClient) -> None:
    got = http.post("/v1/track", json={"messageId": "x", "userId": "1"})
    assert (got.status_code, error_of(got)["code"], error_of(got)["field"]) == (422, "missing_event", "event")


# --- what goes wrong ---


@pytest.mark.parametrize(
    ("asked", "body", "told"),
    [
        ("POST /v1/scores", {}, (422, "no_profiles", "profiles")),
        ("POST /v1/scores", {"customers": ["1"], "models": ["laps"]}, (422, "unknown_model", "models[0]")),
        ("POST /v1/scores", {"customers": ["1"], "as_of": "yesterday"}, (422, "bad_date", "as_of")),
        ("POST /v1/scores", {"customers": ["1"], "as_of": "2018-01-01"}, (422, "future_as_of", "as_of")),
        ("POST /v1/scores", {"profiles": [{"id": 1}]}, (422, "invalid_request", "profiles[0].id")),
        ("POST /v1/scores", {"customer": ["1"]}, (422, "invalid_request", "customer")),
        ("POST /v1/scores", [], (422, "invalid_request", None)),
        ("POST /v1/decisions", {"placements": []}, (422, "invalid_request", "placements")),
        (
            "POST /v1/decisions",
            {"placements": [{"id": "a", "count": 0}]},
            (422, "invalid_request", "placements[0].count"),
        ),
        ("POST /v1/batch", {"batch": []}, (422, "invalid_request", "batch")),
        ("GET /v1/profiles/user_id:nobody", None, (404, "unknown_customer", "id")),
        ("GET /v1/profiles/1", None, (422, "bad_profile", None)),
        ("GET /v1/profiles/user_id:1?as_of=soon", None, (422, "bad_date", "as_of")),
        ("GET /v1/profiles/user_id:1?as_of=2010-01-01", None, (404, "unknown_customer", "id")),
        ("GET /v1/profiles/user_id:1?as_of=1970-01-01", None, (404, "unknown_customer", "id")),
        ("GET /v1/profiles/user_id:1?as_of=1969-12-31", None, (422, "bad_date", "as_of")),
        ("GET /v1/profiles/user_id:1?as_of=0001-01-01T00:00:00%2B14:00", None, (422, "bad_date", "as_of")),
        ("GET /v1/profiles/user_id:%00", None, (422, "bad_text", "id")),
        (f"GET /v1/profiles/user_id:{'1' * 513}", None, (422, "too_long", "id")),
        ("POST /v1/scores", {"customers": ["\0"]}, (422, "invalid_request", "customers[0]")),
        ("POST /v1/decisions", {"as_of": "0001-01-01T00:00:00+14:00"}, (422, "bad_date", "as_of")),
        ("GET /v1/nothing", None, (404, "not_found", None)),
        ("GET /v1/scores", None, (405, "method_not_allowed", None)),
    ],
)
def test_bad_requests(http: TestClient, asked: str, body: object, told: tuple[int, str, str | None]) -> None:
    method, path = asked.split()
    got = http.request(method, path, json=body)
    assert (got.status_code, error_of(got)["code"], error_of(got)["field"]) == told


def test_an_unknown_model_is_told_the_nearest(http: TestClient) -> None:
    got = http.post("/v1/scores", json={"customers": ["1"], "models": ["laps"]})
    assert error_of(got)["message"] == "Unknown model 'laps'; did you mean 'lapse'? Known: lapse, redemption, spend."


@pytest.mark.parametrize("content", [b"{", b'{"customers": [NaN]}', b'{"customers": ["\\ud800"]}', b"\xff"])
def test_malformed_json(http: TestClient, content: bytes) -> None:
    got = http.post("/v1/scores", content=content, headers={"content-type": "application/json"})
    assert (got.status_code, error_of(got)["code"]) == (400, "malformed_json")


def test_a_body_over_the_limit_is_stopped_whether_or_not_it_says_its_length(http: TestClient) -> None:
    def stream() -> Iterator[bytes]:
        yield b'{"batch": ['
        for _ in range(200):
            yield b" " * 1000

    for content in (b" " * 100_001, stream()):
        got = http.post("/v1/batch", content=content, headers={"content-type": "application/json"})
        assert (got.status_code, error_of(got)["code"]) == (413, "body_too_large")
        assert got.headers["request-id"]


def test_the_request_id_is_echoed_or_made(http: TestClient) -> None:
    assert http.get("/v1/nothing", headers={"Request-Id": "mine"}).headers["request-id"] == "mine"
    first, second = (http.post("/v1/scores", json={"customers": ["1"]}).headers["request-id"] for _ in range(2))
    assert first != second


def test_a_mistake_of_ours_keeps_the_shape(http: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(http_customers, "record_of", broken)
    got = http.post("/v1/scores", json={"customers": ["1"]}, headers={"Request-Id": "mine"})
    assert (got.status_code, error_of(got)["code"], got.headers["request-id"]) == (500, "internal_error", "mine")


def test_without_models_events_are_taken_and_answers_say_no_model(current: CurrentState) -> None:
    bare = CurrentState(replace(current.state, lineup=None), lambda _: current.state, lambda: None)
    http = TestClient(create_app(bare))
    for path, body in (("/v1/scores", {"customers": ["1"]}), ("/v1/decisions", {})):
        got = http.post(path, json=body)
        assert (got.status_code, error_of(got)["code"]) == (503, "no_model")
    assert http.get("/v1/profiles/user_id:1").json()["scores"] is None
    assert http.post("/v1/page", json={"messageId": "bare", "userId": "1"}).json()["accepted"] == 1


# --- its page ---


def test_the_interface_describes_itself_without_a_network(http: TestClient) -> None:
    paths = http.get("/openapi.json").json()["paths"]
    assert {"/v1/scores", "/v1/decisions", "/v1/batch", "/v1/profiles/{key}", "/v1/track"} <= set(paths)
    assert "DecisionRequest" in orjson.dumps(paths["/v1/decisions"]["post"]["requestBody"]).decode()
    page = http.get("/docs").text
    assert "https://" not in page
    for asset in ("static/swagger-ui-bundle.js", "static/swagger-ui.css"):
        assert asset in page
        assert http.get(f"/{asset}").status_code == 200
    assert http.get("/", follow_redirects=False).headers["location"] == "docs"
