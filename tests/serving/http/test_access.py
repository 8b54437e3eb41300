"""Who may ask what, of the whole application."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import Response
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from features.units import DAY, HOUR
from serving.http.access import access
from serving.http.access.scopes import NEEDED
from serving.http.current.state import CurrentState
from serving.segment_spec.paths import SHORT
from serving.store.engine import open_store
from serving.store.keys import clock, create_key, revoke_key, rotate_key
from tests.serving.clients import ELSEWHERE, client_of
from tests.serving.http.errors import error_of

ASKED = {  # the scope that each route needs, and a request that is answered
    "POST /v1/batch": ("write", {"batch": [{"type": "page", "messageId": "m", "userId": "3"}]}),
    "POST /v1/track": ("write", {"messageId": "track", "userId": "3", "event": "Tea Drunk"}),
    "POST /v1/identify": ("write", {"messageId": "identify", "userId": "3", "traits": {"age": "old"}}),
    "POST /v1/page": ("write", {"messageId": "page", "userId": "3"}),
    "POST /v1/screen": ("write", {"messageId": "screen", "userId": "3"}),
    "POST /v1/group": ("write", {"messageId": "group", "userId": "3", "groupId": "g"}),
    "POST /v1/alias": ("write", {"messageId": "alias", "userId": "3", "previousId": "4"}),
    "POST /v1/import": ("write", {"batch": [{"type": "page", "messageId": "old", "userId": "3"}]}),
    "POST /v1/b": ("write", {"batch": [{"type": "page", "messageId": "b", "userId": "3"}]}),
    "POST /v1/t": ("write", {"messageId": "t", "userId": "3", "event": "Tea Drunk"}),
    "POST /v1/i": ("write", {"messageId": "i", "userId": "3", "traits": {"age": "old"}}),
    "POST /v1/p": ("write", {"messageId": "p", "userId": "3"}),
    "POST /v1/s": ("write", {"messageId": "s", "userId": "3"}),
    "POST /v1/g": ("write", {"messageId": "g", "userId": "3", "groupId": "g"}),
    "POST /v1/a": ("write", {"messageId": "a", "userId": "3", "previousId": "4"}),
    "POST /v1/scores": ("read", {"customers": ["3"]}),
    "POST /v1/decisions": ("read", {"profile": {"id": "3"}}),
    "GET /v1/decisions/{decision_id}": ("read", None),
    "GET /v1/rejected": ("admin", None),
    "GET /v1/profiles": ("read", None),
    "GET /v1/profiles/{key:path}": ("read", None),
    "GET /v1/profiles/{key:path}/events": ("read", None),
    "GET /v1/profiles/{key:path}/export": ("admin", None),
    "DELETE /v1/profiles/{key:path}": ("admin", None),
    "GET /v1/insights/metrics": ("read", None),
    "GET /v1/insights/metrics/{metric}/people": ("read", None),
    "GET /v1/insights/stages": ("read", None),
    "GET /v1/insights/stages/people": ("read", None),
    "GET /v1/insights/paths": ("read", None),
    "GET /v1/insights/paths/people": ("read", None),
    "GET /v1/insights/journeys": ("read", None),
    "GET /v1/insights/worth": ("read", None),
    "GET /v1/insights/journeys/{journey}/differing": ("read", None),
    "GET /v1/insights/journeys/{journey}/{step}/people": ("read", None),
    "GET /v1/insights/journeys/{journey}/{step}/winnable": ("read", None),
    "GET /v1/insights/segments": ("read", None),
    "POST /v1/insights/count": ("read", {"rule": "true"}),
    "GET /v1/insights/segments/{segment}": ("read", None),
    "GET /v1/insights/segments/{segment}/members": ("read", None),
    "GET /v1/insights/segments/{segment}/moves": ("read", None),
    "GET /v1/insights/segments/{segment}/comparison": ("read", None),
    "GET /v1/insights/segments/{segment}/why": ("read", None),
    "GET /v1/candidates": ("read", None),
    "GET /v1/candidates/{candidate_id}": ("read", None),
    "GET /v1/candidates/{candidate_id}/history": ("read", None),
    "DELETE /v1/candidates/{candidate_id}": ("admin", None),
    "PUT /v1/candidates/{candidate_id}": ("admin", {"name": "Tea", "value": "2.50"}),
    "PATCH /v1/candidates/{candidate_id}": ("admin", {"value": "2.50"}),
    "POST /v1/jobs": ("admin", {"kind": "build"}),
    "GET /v1/jobs": ("admin", None),
    "GET /v1/jobs/{job_id}": ("admin", None),
    "DELETE /v1/jobs/{job_id}": ("admin", None),
    "GET /v1/status": ("read", None),
    "GET /v1/me": (None, None),
    "GET /v1/texts": ("read", None),
    "GET /metrics": ("read", None),
}


@pytest.fixture
def shop(current: CurrentState, store_url: str) -> Iterator[CurrentState]:
    """The shop with an empty store of each kind."""
    state = replace(current.state, store=open_store(store_url))
    shop = CurrentState(state, lambda _: state, lambda: None)
    yield shop
    shop.close()


def made(store: Engine, *scopes: str, lifetime: int | None = None) -> str:
    """The secret of a new key."""
    return create_key(store, "shop", scopes, now=clock(), lifetime=lifetime)[1]


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def basic(credentials: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(credentials.encode()).decode()}"}


def ask(http: TestClient, route: str, headers: dict[str, str] | None = None) -> Response:
    method, path = route.replace("{key:path}", "user_id:3").split()
    got: Response = http.request(method, path, json=ASKED[route][1], headers=headers)
    return got


def test_the_scope_of_every_route_is_stated_here() -> None:
    assert {route: scope for route, (scope, _) in ASKED.items()} == NEEDED


@pytest.mark.parametrize("route", ASKED)
def test_a_route_is_opened_by_its_scope_and_by_admin(shop: CurrentState, route: str) -> None:
    http, needed = client_of(shop, ELSEWHERE), NEEDED[route]
    opened = {}
    for scope in ("write", "read", "admin"):
        got = ask(http, route, bearer(made(shop.state.store, scope)))
        opened[scope] = got.status_code != 403
        if not opened[scope]:
            error = error_of(got)
            assert (error["code"], got.status_code) == ("missing_scope", 403)
            assert f"the scope {needed}" in error["message"]
            assert 'error="insufficient_scope"' in got.headers["www-authenticate"]
        else:
            assert got.status_code != 401
    assert opened == {"write": needed in {"write", None}, "read": needed in {"read", None}, "admin": True}
    assert (ask(http, route).status_code, ask(http, route).headers["www-authenticate"]) == (
        401,
        'Bearer realm="stamkund"',
    )


def test_both_forms_of_authorization_are_understood_and_no_other(shop: CurrentState) -> None:
    http, secret = client_of(shop), made(shop.state.store, "write")
    good = [bearer(secret), {"Authorization": f"bearer  {secret} "}, basic(f"{secret}:")]
    assert [ask(http, "POST /v1/page", headers).status_code for headers in good] == [200] * 3
    bad = [{}, {"Authorization": secret}, basic(secret), basic(f"{secret}:x"), {"Authorization": "Basic ***"}]
    codes = {error_of(got)["code"] for got in (ask(http, "POST /v1/page", headers) for headers in bad)}
    assert codes == {"missing_key"}
    unknown = ask(http, "POST /v1/page", bearer("sk_unknown"))
    assert (unknown.status_code, error_of(unknown)["code"]) == (401, "unknown_key")
    assert 'error="invalid_token"' in unknown.headers["www-authenticate"]
    assert "sk_unknown" not in unknown.text


def test_a_key_is_asked_for_before_a_body_is_read(shop: CurrentState) -> None:
    http, secret = client_of(shop), made(shop.state.store, "read")
    json = {"content-type": "application/json"}
    told = [http.post("/v1/scores", content=b"{", headers=json | more) for more in ({}, bearer(secret))]
    assert [error_of(got)["code"] for got in told] == ["missing_key", "malformed_json"]


def test_the_key_of_messages_may_be_in_the_body_where_no_header_tells_one(shop: CurrentState) -> None:
    http, secret = client_of(shop, ELSEWHERE), made(shop.state.store, "write")
    page = {"messageId": "m", "userId": "3"}
    assert http.post("/v1/p", json=page | {"writeKey": secret}).status_code == 200
    assert http.post("/v1/b", json={"batch": [page | {"type": "page"}], "writeKey": secret}).status_code == 200
    told: dict[str, list[object]] = {
        "missing_key": [page, page | {"writeKey": 7}, {"batch": [page | {"writeKey": secret}]}, [secret]],
        "unknown_key": [page | {"writeKey": "sk_unknown"}],
    }
    for code, bodies in told.items():
        assert [error_of(http.post("/v1/p", json=body))["code"] for body in bodies] == [code] * len(bodies)
    for header, code in ((bearer("sk_unknown"), "unknown_key"), ({"Authorization": "Basic ***"}, "missing_key")):
        assert error_of(http.post("/v1/p", json=page | {"writeKey": secret}, headers=header))["code"] == code
    admin = made(shop.state.store, "admin")
    asked = http.post("/v1/scores", json={"customers": ["3"], "writeKey": admin})
    assert error_of(asked)["code"] == "missing_key"
    assert error_of(http.post("/v1/p", content=b"{"))["code"] == "missing_key"


@pytest.fixture
def other_worker(shop: CurrentState, store_url: str) -> Iterator[TestClient]:
    """Another worker of the shop, with connections of its own."""
    state = replace(shop.state, store=open_store(store_url))
    other = CurrentState(state, lambda _: state, lambda: None)
    yield client_of(other)
    other.close()


def test_what_ends_a_key_ends_it_at_the_next_request(
    shop: CurrentState, other_worker: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, now, http = shop.state.store, clock(), client_of(shop)
    revoked, secret = create_key(store, "shop", ["read"], now=now, lifetime=None)
    assert [ask(each, "POST /v1/scores", bearer(secret)).status_code for each in (http, other_worker)] == [200, 200]
    new = rotate_key(store, revoked.id, now=now, grace=HOUR)[1]
    assert [ask(http, "POST /v1/scores", bearer(each)).status_code for each in (secret, new)] == [200, 200]
    revoke_key(store, revoked.id, now=now)
    for client in (http, other_worker):
        got = ask(client, "POST /v1/scores", bearer(secret))
        assert (got.status_code, error_of(got)["code"]) == (401, "revoked_key")
        assert ask(client, "POST /v1/scores", bearer(new)).status_code == 200
    limited = made(store, "read", lifetime=DAY)
    monkeypatch.setattr(access, "clock", lambda: now + 2 * DAY)
    assert error_of(ask(http, "POST /v1/scores", bearer(limited)))["code"] == "expired_key"


def test_without_keys_the_machine_itself_is_answered_and_nobody_else(shop: CurrentState) -> None:
    here, elsewhere = client_of(shop), client_of(shop, ELSEWHERE)
    for headers in ({}, bearer("sk_anything")):  # a shop's library sends one in any case
        assert ask(here, "POST /v1/scores", headers).status_code == 200
        assert ask(here, "GET /metrics", headers).status_code == 200
        for got in (ask(elsewhere, "POST /v1/scores", headers), ask(elsewhere, "GET /metrics", headers)):
            assert (got.status_code, error_of(got)["code"]) == (403, "no_keys")
            assert "stamkund keys create NAME --scope read" in error_of(got)["message"]


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "X-Forwarded-Host"])
def test_what_a_proxy_on_this_machine_passes_on_is_not_this_machines(shop: CurrentState, header: str) -> None:
    got = ask(client_of(shop), "POST /v1/scores", {header: "127.0.0.1"})
    assert (got.status_code, error_of(got)["code"]) == (403, "no_keys")


def test_keys_that_are_all_revoked_do_not_open_the_service_again(shop: CurrentState) -> None:
    store = shop.state.store
    key, _ = create_key(store, "shop", ["read"], now=clock(), lifetime=None)
    revoke_key(store, key.id, now=clock())
    assert error_of(ask(client_of(shop), "POST /v1/scores"))["code"] == "missing_key"


def test_with_keys_metrics_are_open_here_and_the_description_everywhere(shop: CurrentState) -> None:
    made(shop.state.store, "read")
    here, elsewhere = client_of(shop), client_of(shop, ELSEWHERE)
    assert (ask(here, "GET /metrics").status_code, ask(elsewhere, "GET /metrics").status_code) == (200, 401)
    assert [elsewhere.get(path).status_code for path in ("/docs", "/openapi.json")] == [200, 200]


@pytest.mark.parametrize("question", ["key_of", "any_key"])
def test_a_store_that_does_not_answer_lets_nobody_in(
    shop: CurrentState, monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    def down(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("down"))

    monkeypatch.setattr(access, question, down)
    got = ask(client_of(shop), "POST /v1/scores", bearer("sk_1"))
    assert (got.status_code, error_of(got)["code"]) == (503, "store_unavailable")


def test_the_description_says_which_key_each_route_needs(shop: CurrentState) -> None:
    document = client_of(shop).get("/openapi.json").json()
    assert document["components"]["securitySchemes"].keys() == {"bearer", "basic"}
    told = {
        f"{method.upper()} {path}": operation.get("security")
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    assert told == {
        route.replace(":path}", "}"): [{name: [scope] if scope else []} for name in ("bearer", "basic")]
        for route, scope in NEEDED.items()
        if route.split()[1] not in SHORT  # those are for libraries
    } | {f"GET {path}": [] for path in ("/healthz", "/livez", "/readyz")}


def test_a_route_whose_scope_is_not_declared_cannot_be_added(shop: CurrentState) -> None:
    app: Any = client_of(shop).app
    while not isinstance(app, FastAPI):
        app = app.app
    with pytest.raises(LookupError, match="GET /v1/secrets"):
        app.get("/v1/secrets")(lambda: None)
