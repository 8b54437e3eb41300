"""Every route's answers and errors are as the published description says: the clients of all these tests check it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from httpx import Response
from starlette.testclient import TestClient

from serving.http.access.scopes import NEEDED
from serving.http.contract.document import HEALTH
from serving.http.current.state import CurrentState
from serving.http.readiness.pulse import Standing
from serving.jobs.insights import refresh_all
from serving.store.engine import open_store
from serving.store.keys import clock, create_key
from tests.serving.clients import ELSEWHERE, CheckedClient, client_of
from tests.serving.contract import Contract
from tests.serving.http.test_access import ASKED
from tests.serving.shop import keep_records

BODIES = [route for route in ASKED if route.startswith(("POST", "PUT"))]
ANSWERED = {  # else 200
    "PUT /v1/candidates/{candidate_id}": 201, "GET /v1/candidates/{candidate_id}": 404,
    "GET /v1/candidates/{candidate_id}/history": 404, "DELETE /v1/candidates/{candidate_id}": 404,
    "POST /v1/jobs": 202, "GET /v1/jobs/{job_id}": 404,
    **dict.fromkeys((route for route in ASKED if "{segment}" in route), 404),
    "GET /v1/insights/metrics/{metric}/people": 422, "GET /v1/insights/stages/people": 422,
    "GET /v1/insights/paths/people": 422,
    "GET /v1/insights/journeys/{journey}/{step}/people": 422, "GET /v1/insights/journeys/{journey}/differing": 422,
    "GET /v1/insights/journeys/{journey}/{step}/winnable": 422,
    "GET /v1/insights/segments/{segment}/why": 422, "GET /v1/insights/segments/{segment}/comparison": 422,
    "GET /v1/decisions/{decision_id}": 404, "DELETE /v1/jobs/{job_id}": 404, "GET /v1/profiles": 422,
}  # fmt: skip
QUERIES = {
    "GET /v1/candidates": "?count=0",
    "GET /v1/jobs": "?state=lost",
    "GET /v1/rejected": "?count=0",
    "GET /v1/decisions/{decision_id}": "?limit=0",
    "GET /v1/profiles": "?identifier=",
    "GET /v1/profiles/{key:path}": "?as_of=soon",
    "GET /v1/profiles/{key:path}/events": "?limit=0",
    "DELETE /v1/profiles/{key:path}": "?suppress=perhaps",
    "GET /v1/texts": "?lang=fi",
}


@pytest.fixture(scope="module")
def shop(current: CurrentState, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CurrentState]:
    """The shop with a store of its own, that has keys."""
    store = f"sqlite:///{tmp_path_factory.mktemp('contract') / 'store.db'}"
    settings = current.state.settings.model_copy(update={"store": store})
    keep_records(current.state.lake, settings)
    refresh_all(settings, as_of=settings.now())
    state = replace(current.state, settings=settings, store=open_store(store))
    create_key(state.store, "shop", ["read"], now=clock(), lifetime=None)
    shop = CurrentState(state, lambda _: state, lambda: None)
    yield shop
    shop.close()


@pytest.fixture(scope="module")
def asked(shop: CurrentState) -> TestClient:
    """A client on another machine."""
    return client_of(shop, ELSEWHERE)


@pytest.fixture(scope="module")
def admin(shop: CurrentState) -> dict[str, str]:
    return bearer(shop, "admin")


def bearer(shop: CurrentState, scope: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {create_key(shop.state.store, 'shop', [scope], now=clock(), lifetime=None)[1]}"}


def ask(http: TestClient, route: str, query: str = "", **named: Any) -> Response:
    method, path = route.replace("{key:path}", "user_id:5" if route.startswith("DELETE") else "user_id:3").split()
    told: dict[str, Any] = {"json": ASKED[route][1]} | named
    got: Response = http.request(method, path + query, **told)
    return got


def code_of(got: Response) -> tuple[int, str]:
    return got.status_code, got.json()["error"]["code"]


@pytest.mark.parametrize("route", ASKED)
def test_the_answer_and_the_errors_of_every_route_are_described(
    asked: TestClient, shop: CurrentState, admin: dict[str, str], route: str
) -> None:
    assert ask(asked, route, headers=admin).status_code == ANSWERED.get(route, 200)
    assert code_of(ask(asked, route)) == (401, "missing_key")
    assert code_of(ask(asked, route, headers=admin | {"content-length": "999999"})) == (413, "body_too_large")
    if needed := NEEDED[route]:
        other = bearer(shop, "write" if needed != "write" else "read")
        assert code_of(ask(asked, route, headers=other)) == (403, "missing_scope")
    unknown = asked.request("LINK", route.split()[1])
    assert (code_of(unknown), "allow" in unknown.headers) == ((405, "method_not_allowed"), True)


def test_a_decision_that_was_kept_is_described(asked: TestClient, admin: dict[str, str]) -> None:
    decided = asked.post("/v1/decisions", json={"profile": {"id": "3"}}, headers=admin).json()
    got = asked.get(f"/v1/decisions/{decided['decision_id']}", headers=admin)
    assert (got.status_code, got.json()["decision_id"]) == (200, decided["decision_id"])


@pytest.mark.parametrize(
    ("asked_for", "allowed"),
    [
        ("PATCH /v1/profiles/user_id:3", "DELETE, GET, HEAD"),
        ("DELETE /v1/profiles/user_id:3/events", "GET, HEAD"),
        ("DELETE /v1/profiles/user_id:3/export", "GET, HEAD"),
        ("OPTIONS /v1/scores", "POST"),
    ],
)
def test_a_method_that_a_path_does_not_take_does_nothing_and_is_told_which_it_takes(
    asked: TestClient, admin: dict[str, str], asked_for: str, allowed: str
) -> None:
    method, path = asked_for.split()
    got = asked.request(method, path, headers=admin)
    assert (code_of(got), got.headers["allow"]) == ((405, "method_not_allowed"), allowed)


def test_every_path_takes_the_methods_that_are_described_and_no_others(
    asked: TestClient, admin: dict[str, str]
) -> None:
    """No path is taken by the route of another one, such as that of ``/segments/{segment}``."""
    for path, operations in asked.get("/openapi.json").json()["paths"].items():
        if path not in HEALTH:
            told = asked.options(path, headers=admin).headers["allow"]
            methods = {method.upper() for method in operations}
            assert told == ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set()))), path


@pytest.mark.parametrize("path", ["/v1/me", "/v1/profiles/user_id:3", "/v1/profiles/user_id:nobody", "/v1/scores"])
def test_head_is_answered_as_get_without_the_body(asked: TestClient, admin: dict[str, str], path: str) -> None:
    by_get, by_head = (asked.request(method, path, headers=admin) for method in ("GET", "HEAD"))
    assert (by_head.status_code, by_head.content) == (by_get.status_code, b"")
    named = ("content-type", "content-length", "allow")
    assert [by_head.headers.get(name) for name in named] == [by_get.headers.get(name) for name in named]
    assert asked.head(path).status_code == (405 if path == "/v1/scores" else 401)  # it asks for a key as well


@pytest.mark.parametrize("route", BODIES)
def test_what_is_wrong_with_a_body_is_described(asked: TestClient, admin: dict[str, str], route: str) -> None:
    headers = admin | {"content-type": "application/json"}
    assert code_of(ask(asked, route, json=None, content=b"{", headers=headers)) == (400, "malformed_json")
    packed = headers | {"content-encoding": "br"}
    assert code_of(ask(asked, route, json=None, content=b"{}", headers=packed)) == (415, "unsupported_encoding")
    assert code_of(ask(asked, route, json=[], headers=admin)) == (422, "invalid_request")


@pytest.mark.parametrize("path", ["/v1/batch", "/v1/import", "/v1/b"])
def test_a_strict_batch_tells_the_error_beside_the_verdicts(
    asked: TestClient, admin: dict[str, str], path: str
) -> None:
    batch = [{"type": "page", "userId": "3", "messageId": f"strict{path}"}, {"type": "nothing"}]
    got = asked.post(path, params={"strict": True}, json={"batch": batch}, headers=admin)
    assert code_of(got) == (422, "rejected_messages")
    assert [each["status"] for each in got.json()["results"]] == ["accepted", "rejected"]


@pytest.mark.parametrize(("route", "query"), QUERIES.items())
def test_what_is_wrong_with_a_query_is_described(
    asked: TestClient, admin: dict[str, str], route: str, query: str
) -> None:
    assert ask(asked, route, query, headers=admin).status_code == 422


@pytest.mark.parametrize("path", ["/v1/profiles/user_id:nobody", "/v1/profiles/user_id:nobody/events", "/v2/scores"])
def test_what_is_not_there_is_described(asked: TestClient, admin: dict[str, str], path: str) -> None:
    assert asked.get(path, headers=admin).status_code == 404


def test_a_key_that_asks_too_often_and_a_store_that_does_not_answer_are_described(shop: CurrentState) -> None:
    serving = shop.state.settings.serving.model_copy(update={"rate": 1})
    state = replace(shop.state, settings=shop.state.settings.model_copy(update={"serving": serving}))
    limited = CurrentState(state, lambda _: state, lambda: None)
    http = client_of(limited, ELSEWHERE)
    routes = [route for route in ASKED if route not in {"GET /metrics", "DELETE /v1/profiles/{key:path}"}]
    for route in routes:
        headers = bearer(shop, "admin")
        got = next(got for got in (ask(http, route, headers=headers) for _ in range(50)) if got.status_code == 429)
        assert (*code_of(got), got.headers["retry-after"]) == (429, "too_many_requests", "1")
    limited.pulse.standing = Standing("store_unavailable", "store_unavailable")
    for route in routes:
        got = ask(http, route, headers=headers)
        assert code_of(got) == (503, "store_unavailable")
        assert int(got.headers["retry-after"]) > 0


def test_an_answer_that_is_not_described_fails(http: TestClient) -> None:
    got = http.get("/v1/me")
    assert CheckedClient.contract is not None
    document = http.get("/openapi.json").json()
    del document["components"]["schemas"]["MeAnswer"]["properties"]["scopes"]
    with pytest.raises(AssertionError, match="scopes"):
        Contract(document).check(got)
    del document["paths"]["/v1/me"]["get"]["responses"]["200"]
    with pytest.raises(AssertionError, match="not described"):
        Contract(document).check(got)
