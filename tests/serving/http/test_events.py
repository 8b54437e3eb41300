from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from serving.http.state import CurrentState
from serving.store.event_log import log_frame
from tests.serving.http.errors import Json, error_of


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
