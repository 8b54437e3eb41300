from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from serving.http.current.state import CurrentState
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
    why = dict.fromkeys(("code", "params", "message", "field"))
    assert body["results"][0] == {"messageId": "o1", "status": "accepted", **why}
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
    assert frame.filter(frame["id"] == "whole")["event_id"].to_list() == ["whole", "whole\x1f0002"]


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
    kinds = [row["kind"] for row in frame.to_dicts() if row["fragment"] == "paths"]
    assert kinds == ["view", "identify", "visit", "visit", "identify", "alias"]


def test_a_single_message_that_is_refused_refuses_the_request(http: TestClient) -> None:
    got = http.post("/v1/track", json={"messageId": "x", "userId": "1"})
    assert (got.status_code, error_of(got)["code"], error_of(got)["field"]) == (422, "missing_event", "event")


def lines(id_: str, user: str) -> Json:
    """An order of two lines, of 1.00 and of 2.00."""
    products = [{"product_id": "x", "price": 1}, {"product_id": "y", "price": 2}]
    return {
        "type": "track",
        "messageId": id_,
        "userId": user,
        "event": "Order Completed",
        "properties": {"products": products},
    }


@pytest.mark.parametrize("size", [1, 6])
def test_lines_of_an_order_are_none_of_another_message(http: TestClient, size: int) -> None:
    """Whatever ids messages have: those of an earlier version's lines, or what lines are told by today."""
    ids = [f"{size}k#002", f"{size}k", f"{size}m", f"{size}m#002", f"{size}k0002", f"{size}k\x1f0002"]
    users = [f"line-{size}-{i}" for i in range(len(ids))]
    batch = [lines(id_, user) for id_, user in zip(ids, users, strict=True)]
    answers = [http.post("/v1/batch", json={"batch": batch[at : at + size]}).json() for at in range(0, 6, size)]
    results = [result for answer in answers for result in answer["results"]]
    assert [(r["status"], r["code"]) for r in results] == [("accepted", None)] * 5 + [("rejected", "bad_text")]
    for user in users[:5]:
        features = http.get(f"/v1/profiles/user_id:{user}").json()["features"]
        assert (features["orders_all"], features["spend_all"]) == (1, 3)


NUMBERS = {  # as they are sent: the id that each is
    "99999999999999999991": "99999999999999999991",
    "99999999999999999992": "99999999999999999992",
    "157963456373623802.0": "157963456373623802",
    "157963456373623803.0": "157963456373623803",
    "1008": "1008",
    "1008.0": "1008",
    "12345678901234.567890": "12345678901234.567890",
    "1e22": None,
    "1.5e400": None,
}


@pytest.mark.parametrize(("number", "id_"), NUMBERS.items())
def test_ids_that_come_as_numbers_keep_every_digit(
    http: TestClient, current: CurrentState, number: str, id_: str | None
) -> None:
    message = '{"type":"track","messageId":"n%s","userId":%s,"event":"Product Viewed"}' % (number, number)  # noqa: UP031
    got = http.post("/v1/batch", content=f'{{"batch":[{message}]}}', headers={"content-type": "application/json"})
    if "400" in number:
        assert error_of(got)["code"] == "malformed_json"
        return
    (result,) = got.json()["results"]
    assert (result["status"], result["code"], result["field"]) == (
        ("rejected", "bad_text", "userId") if id_ is None else ("accepted", None, None)
    )
    frame, _ = log_frame(current.state.store)
    assert frame.filter(frame["event_id"] == f"n{number}")["id"].to_list() == ([] if id_ is None else [id_])
    assert id_ or "as text" in result["message"]


def test_properties_keep_every_digit(http: TestClient, current: CurrentState) -> None:
    properties = '{"revenue":12.340000000000001,"card":99999999999999999991,"deep":[{"x":0.1234567890123456789}]}'
    body = '{"messageId":"digits","userId":"d","event":"Order Completed","properties":%s}' % properties  # noqa: UP031
    assert http.post("/v1/track", content=body, headers={"content-type": "application/json"}).status_code == 200
    frame, _ = log_frame(current.state.store)
    rows = frame.filter(frame["event_id"] == "digits").select("value", "properties").rows()
    assert rows == [(1234, properties)]


def test_what_is_said_of_a_group_is_no_trait_of_its_people(http: TestClient) -> None:
    context = {"page": {"path": "/team"}, "ip": "10.0.0.1"}
    group = {"messageId": "g1", "userId": "of group", "groupId": "g", "traits": {"name": "Tea Ltd"}, "context": context}
    identify = {"messageId": "g2", "userId": "of group", "traits": {"name": "Anna"}, "context": context}
    for path, message in (("identify", identify), ("group", group)):
        assert http.post(f"/v1/{path}", json=message).status_code == 200
    profile = http.get("/v1/profiles/user_id:of%20group").json()
    assert profile["traits"] == {"name": "Anna", "group_id": "g", "group": {"name": "Tea Ltd"}}


def test_orders_whose_products_have_no_price_count_in_full(http: TestClient) -> None:
    """30.00 with a gift, and 30.00 without any product."""
    for id_, products in (("p1", [{"product_id": "x", "price": 30}, {"product_id": "gift"}]), ("p2", [])):
        order: Json = {"messageId": id_, "userId": "no price", "event": "Order Completed"}
        got = http.post("/v1/track", json=order | {"properties": {"revenue": 30, "products": products}})
        assert got.json()["accepted"] == 1
    features = http.get("/v1/profiles/user_id:no%20price").json()["features"]
    assert (features["orders_all"], features["spend_all"]) == (2, 60)
