"""Messages that name something twice: which of its values is meant cannot be told."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from serving.segment_spec.event.ambiguous import REPEATED
from tests.serving.http.errors import error_of


def order(id_: str, amounts: bytes) -> bytes:
    head = b'"type":"track","messageId":"%s","userId":"twice","event":"Order Completed"' % id_.encode()
    return b"{%s,%s}" % (head, amounts)


@pytest.mark.parametrize(
    ("amounts", "at"),
    [
        (b'"properties":{"revenue":5,"revenue":50}', "properties.revenue"),
        (b'"properties":{"products":[{"price":1},{"price":1,"price" : 2}]}', "properties.products[1].price"),
        (b'"properties":{"revenue":5},"properties":{"revenue":50}', "properties"),
        (b'"properties":{"revenue":5,"revenue":12345678901234567890123}', "properties.revenue"),
    ],
)
def test_a_message_that_names_something_twice_is_refused_alone(http: TestClient, amounts: bytes, at: str) -> None:
    clear = b'"properties":{"revenue":5,"note":"revenue\\": 5, \\"revenue\\":"}'
    one, two, three, four = (f"{letter}-{len(amounts)}" for letter in "abcd")
    body = b'{"batch":[%s,%s,%s]}' % (order(one, clear), order(two, amounts), order(three, clear))
    got = http.post("/v1/batch", content=body).json()
    assert [each["status"] for each in got["results"]] == ["accepted", "rejected", "accepted"]
    told = got["results"][1]
    assert (told["messageId"], told["code"], told["params"]) == (two, "repeated_name", {"at": at})
    alone = http.post("/v1/track", content=order(four, amounts))
    assert (alone.status_code, error_of(alone)["code"]) == (422, "repeated_name")
    kept = http.get("/v1/rejected?code=repeated_name&count=2").json()["rejected"]
    assert [each["messageId"] for each in kept] == [four, two]
    assert REPEATED not in str(kept)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/scores", b'{"customers":["3"],"customers":["4"]}'),
        ("/v1/scores", b'{"profiles":[{"id":"3", "id" :"4"}],"reasons":0}'),
        ("/v1/decisions", b'{"profile":{"id":"3"},"context":{"a":1,"\\u0061":2}}'),
        ("/v1/batch", b'{"batch":[],"batch":[]}'),
        ("/v1/batch", b'{"batch":[{"type":"page"}],"context":{"ip":"1","ip":"2"}}'),
    ],
)
def test_a_request_that_names_something_twice_is_refused_with_the_place(
    http: TestClient, path: str, body: bytes
) -> None:
    got = http.post(path, content=body, headers={"content-type": "application/json"})
    assert got.status_code == 400
    told = error_of(got)
    assert (told["code"], told["params"]["case"]) == ("malformed_json", "repeated")
    assert body[told["params"]["column"] - 1 :].startswith(b'"')
