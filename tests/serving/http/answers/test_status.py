from __future__ import annotations

from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from starlette.testclient import TestClient

from features.moments import iso
from serving.http.current.state import CurrentState
from serving.store.engine import open_store
from serving.store.keys import clock, create_key
from tests.serving.clients import ELSEWHERE, client_of
from tests.serving.shop import CUSTOMERS, NOW


def test_without_keys_this_machine_may_ask_everything(http: TestClient) -> None:
    assert http.get("/v1/me").json() == {"key": None, "scopes": ["write", "read", "admin"]}


def test_a_key_is_told_what_it_opens_and_nothing_secret(own: CurrentState) -> None:
    key, secret = create_key(own.state.store, "shop", ["write"], now=clock(), lifetime=None)
    got = client_of(own, ELSEWHERE).get("/v1/me", headers={"Authorization": f"Bearer {secret}"}).json()
    told = {"id": key.id, "name": "shop", "created": iso(key.created), "expires": None}
    assert got == {"key": told, "scopes": ["write"]}


def test_the_status_tells_how_fresh_build_events_and_models_are(own: CurrentState) -> None:
    http = client_of(own)
    for name in ("a", "b"):
        http.post("/v1/page", json={"messageId": name, "userId": "3", "timestamp": iso(NOW)})
    got = http.get("/v1/status").json()
    assert (got["as_of"], got["version"], got["company"]) == (iso(NOW), version("stamkund"), "Corner shop")
    lake = own.state.lake.version
    assert got["build"] == {"as_of": iso(NOW), "lake": lake, "records": CUSTOMERS, "events_since": 2}
    assert [(model["name"], model["type"]) for model in got["models"]] == [
        ("lapse", "lapse"),
        ("spend", "spend"),
        ("redemption", "redemption"),
    ]
    assert got["unanswered"] == []


def test_before_the_first_build_there_is_none(own: CurrentState, tmp_path: Path) -> None:
    state = replace(own.state, lineup=None, store=open_store(f"sqlite:///{tmp_path / 'empty.db'}"))
    nothing = CurrentState(state, lambda _: state, lambda: None)
    got = client_of(nothing).get("/v1/status").json()
    assert (got["build"], got["models"], got["unanswered"]) == (None, [], [])
    nothing.close()
