"""What customers send is told to nobody but them: not by logs, metrics or errors, whatever fails."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from features.config.settings import read_settings
from serving.store.engine import open_store
from serving.store.keys import PREFIX, create_key
from tests.serving.http.servers import stamkund_server
from tests.serving.shop import carried_shop

TOKEN = re.compile(r"7t0k3n\d+")
HEADERS = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return carried_shop(tmp_path_factory.mktemp("personal"))


def requests(token: Callable[[], str]) -> Iterator[httpx.Request]:
    """Good ones and bad ones, with a token in each field."""

    def request(method: str, path: str, json: object = None, content: bytes | None = None) -> httpx.Request:
        headers = HEADERS | {"user-agent": token(), "cookie": f"id={token()}", "referer": f"http://x/{token()}"}
        headers |= {
            "request-id": f"{token()}@shop.example",
            "tracestate": f"shop={token()}",
            "baggage": f"id={token()}",
        }
        return httpx.Request(method, f"http://shop{path}", json=json, content=content, headers=headers)

    def message(type_: str = "track", **more: object) -> dict[str, object]:
        return {
            "type": type_, "messageId": token(), "userId": token(), "anonymousId": token(), "event": token(),
            "properties": {token(): token(), "order_id": token(), "products": [{"product_id": token()}]},
            "traits": {"email": f"{token()}@shop.example", "name": token(), "address": {"city": token()}},
            "context": {"ip": token(), "device": {"id": token()}, "externalIds": [{"id": token(), "type": token()}]},
        } | more  # fmt: skip

    yield request("POST", "/v1/batch", {"batch": [message(), message("identify"), message(timestamp=token()), token()]})
    for type_ in ("track", "identify", "page", "screen", "group", "alias"):
        yield request("POST", f"/v1/{type_}?{token()}={token()}", message(groupId=token(), previousId=token()))
    yield request("POST", "/v1/track", message(userId=[token()]))
    yield request("POST", "/v1/track", message(properties=token()))
    yield request("POST", "/v1/track", message(event="Order Completed", properties={"revenue": token()}))
    for path in ("batch", "track", "scores", "decisions"):
        yield request("POST", f"/v1/{path}", content=f'{{"batch": ["{token()}", {token()}'.encode())
        yield request("POST", f"/v1/{path}", content=token().encode() + b"\xff")
        yield request("POST", f"/v1/{path}", content=b'"' + token().encode() * 20_000 + b'"')
        yield request("POST", f"/v1/{path}", [token()])
    yield request("POST", "/v1/scores", {"customers": ["1", token()]})
    yield request("POST", "/v1/scores", {"customers": [token()], "models": [token()]})
    yield request("POST", "/v1/scores", {"customers": [token()], "as_of": token()})
    yield request("POST", "/v1/scores", {"profiles": [{"id_type": token(), "id": token()}, {"id": {token(): token()}}]})
    placements = [{"id": token(), "count": token()}]
    yield request("POST", "/v1/decisions", {"profile": {"id": token()}, "placements": placements, token(): token()})
    yield request("POST", "/v1/decisions", {"profile": {"id": token()}, "context": {token(): token()}})
    yield request("POST", "/v1/decisions", {"profile": {"id": "1"}, "context": {token(): token()}})
    for path in (
        "/v1/profiles/user_id:",
        "/v1/profiles/email:",
        "/v1/profiles/",
        "/v1/",
        "/",
        "/v1/profiles/user_id:1/",
    ):
        yield request("GET", f"{path}{token()}")
        yield request("DELETE", f"{path}{token()}?as_of={token()}")
        yield request("PUT", f"{path}{token()}")
    yield request("GET", f"/v1/profiles/email:{token()}/export")
    yield request("GET", f"/v1/profiles/user_id:1?as_of={token()}")
    yield request("GET", "/v1/profiles/user_id:1")


STORES = (  # a sound one, and ways to break it, one after the other
    "SELECT 1",
    "INSERT INTO event_log (event_id, fragment, kind, received_at, event)"
    """ VALUES ('x', '1', 'page', 1, '{"event_id": "7t0k3n0", "time": 1, "kind": "order", "value": "7t0k3n0"}')""",
    "DROP TABLE decisions",
    "ALTER TABLE event_log RENAME COLUMN kind TO other",
    "DROP TABLE event_log",
    "DROP TABLE keys",
)


@pytest.fixture(scope="module")
def told(home: Path) -> dict[str, str]:
    """What a service told: to a log, by metrics and files, and in answers to those who had not sent it."""
    store = open_store(read_settings(home / "stamkund.yaml").store_url)
    _, secret = create_key(store, "shop", ["admin"], now=0, lifetime=None)
    numbers, statuses, told = count(), set(), {}
    with stamkund_server(home / "stamkund.yaml", home / "log") as (url, _), httpx.Client(base_url=url) as http:
        for statement in STORES:
            with store.begin() as connection:
                connection.execute(sa.text(statement))
            for request in requests(lambda: f"7t0k3n{next(numbers)}"):
                sent = f"{request.url} {request.headers} {request.content!r}"
                request.headers["authorization"] = f"Bearer {secret}"
                request.url = http.base_url.join(request.url.raw_path.decode())
                got = http.send(request)
                statuses.add(got.status_code)
                told[f"{statement}: {sent}"] = " ".join(set(TOKEN.findall(got.text)) - set(TOKEN.findall(sent)))
        told["metrics"] = http.get("/metrics").text
    store.dispose()
    files = (file for file in home.rglob("*") if file.is_file() and not file.name.startswith("store.db"))
    return told | {"statuses": f"{sorted(statuses)}"} | {file.name: file.read_text("latin-1") for file in files}


def test_nothing_of_a_request_is_told_to_anybody_else(told: dict[str, str]) -> None:
    assert {where: TOKEN.findall(text) for where, text in told.items() if "7t0k3n" in text} == {}


def test_what_went_wrong_is_told(told: dict[str, str]) -> None:
    """Or nothing of the above would be shown."""
    assert told["statuses"] == "[200, 400, 404, 405, 413, 422, 500, 503]"
    lines = [json.loads(line) for line in told["log"].splitlines()[1:]]  # after "Serving on"
    failed = [line for line in lines if line["event"] == "request_failed"]
    assert {"/v1/scores", "/v1/decisions"} <= {line["endpoint"] for line in failed}
    assert all(line["level"] == "error" and line["request_id"] and "\n  File " in line["trace"] for line in failed)
    assert 'endpoint="/v1/scores",http_response_code="500"' in told["metrics"]


def test_no_key_is_told(told: dict[str, str]) -> None:
    assert [where for where, text in told.items() if PREFIX in text] == []
