"""Every answer about customers says of which moment, build and models it is."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from features.moments import iso
from serving.http.current.state import CurrentState
from serving.store.tables.schema import META
from tests.serving.clients import client_of
from tests.serving.http.errors import Json
from tests.serving.shop import NOW

CHAMPIONS = {"lapse": "1", "redemption": "1", "spend": "1"}
ASKED = [
    ("POST /v1/scores", {"customers": ["1"]}, CHAMPIONS),
    ("POST /v1/scores", {"customers": ["1"], "models": ["spend"]}, {"spend": "1"}),
    ("POST /v1/decisions", {"profile": {"id": "1"}}, CHAMPIONS),
    ("GET /v1/profiles/user_id:1", None, CHAMPIONS),
    ("GET /v1/profiles/user_id:1/events", None, None),
    ("GET /v1/profiles/user_id:1/export", None, None),
]


def answer(http: TestClient, asked: str, body: Json | None = None) -> Json:
    method, path = asked.split()
    told: Json = http.request(method, path, json=body).json()
    return told


@pytest.mark.parametrize(("asked", "body", "models"), ASKED)
def test_an_answer_names_its_moment_build_and_models(
    http: TestClient, current: CurrentState, asked: str, body: Json | None, models: Json | None
) -> None:
    told, lake = answer(http, asked, body), current.state.lake.version
    assert (told["as_of"], told["build"], told["currency"]) == (iso(NOW), {"as_of": iso(NOW), "lake": lake}, "USD")
    assert told.get("models") == models


def test_an_answer_names_the_build_that_its_records_are_of_and_of_the_past_the_lake(own: CurrentState) -> None:
    http, lake = client_of(own), own.state.lake.version
    with own.state.store.begin() as connection:
        of_before = sa.update(META).where(META.c.key == "lake").values(value="before and its format")
        connection.execute(of_before)
    past = "2017-11-01T00:00:00Z"
    assert answer(http, "GET /v1/profiles/user_id:1")["build"]["lake"] == "before"
    assert answer(http, "GET /v1/status")["build"]["lake"] == "before"
    then = answer(http, f"GET /v1/profiles/user_id:1?as_of={past}")
    assert (then["as_of"], then["build"]) == (past, {"as_of": iso(NOW), "lake": lake})


def test_before_the_first_build_an_answer_names_none(own: CurrentState) -> None:
    http = client_of(own)
    with own.state.store.begin() as connection:
        connection.execute(sa.delete(META).where(META.c.key.in_(["as_of", "lake"])))
    assert answer(http, "GET /v1/profiles/user_id:1")["build"] is None
