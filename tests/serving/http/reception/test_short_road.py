"""Answers by the short road: the same as by the long one, short ones without a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from serving.http.answers.scores import answer_scores, answer_together
from serving.http.routers import customers
from tests.serving.http.errors import Json, error_of

SHORT: Json = {"customers": ["1"], "reasons": 0}


@pytest.mark.parametrize(
    ("asked", "in_a_thread"),
    [(SHORT, False), (SHORT | {"reasons": 1}, True), (SHORT | {"customers": ["1", "2"]}, True)],
)
def test_only_what_takes_long_is_handed_to_a_thread(
    http: TestClient, asked: Json, *, in_a_thread: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []

    def seen(answer: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            threads.append(threading.current_thread().name)
            return answer(*arguments)

        return call

    monkeypatch.setattr(customers, "answer_scores", seen(answer_scores))
    monkeypatch.setattr(customers, "answer_together", seen(answer_together))
    assert http.post("/v1/scores", json=asked).status_code == 200
    assert ["AnyIO worker" in name for name in threads] == [in_a_thread]


def test_both_roads_lead_to_the_same_answer(http: TestClient) -> None:
    """With a charset, FastAPI reads the body."""
    by_fastapi = http.post("/v1/scores", json=SHORT, headers={"content-type": "application/json; charset=utf-8"})
    assert by_fastapi.json() == http.post("/v1/scores", json=SHORT).json()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "malformed_json"),
        (b"[]", "invalid_request"),
        (b"", "invalid_request"),
        (b'{"customer": 1}', "invalid_request"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_code(http: TestClient, body: bytes, code: str) -> None:
    got = http.post("/v1/scores", content=body, headers={"content-type": "application/json"})
    assert error_of(got)["code"].partition(".")[0] == code


def test_an_error_on_the_short_road_has_its_code(http: TestClient) -> None:
    got = http.post("/v1/scores", json=SHORT | {"models": ["nothing"]})
    assert (got.status_code, error_of(got)["code"]) == (422, "unknown_model")
