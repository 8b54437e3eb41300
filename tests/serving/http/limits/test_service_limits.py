"""Limits as clients of the service meet them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace

import httpx
import pytest

from features.units import SECOND
from serving.http.app import create_app
from serving.http.current.state import CurrentState
from serving.http.routers import customers
from serving.store.keys import create_key
from tests.serving.clients import client_of
from tests.serving.http.limits.server import running

ONE = {"customers": ["1"]}


def limit(own: CurrentState, **limits: int) -> None:
    """Give the shop other limits."""
    serving = own.state.settings.serving.model_copy(update=limits)
    own.state = replace(own.state, settings=own.state.settings.model_copy(update={"serving": serving}))


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Answers with scores do not come before this."""
    event = threading.Event()
    monkeypatch.setattr(customers, "answer_scores", lambda *_: event.wait(10))
    yield event
    event.set()


def test_beyond_its_rate_a_key_is_told_when_to_ask_again(own: CurrentState) -> None:
    headers = [
        {"authorization": f"Bearer {create_key(own.state.store, name, ['read'], now=0, lifetime=None)[1]}"}
        for name in ("crm", "shop")
    ]
    limit(own, rate=1)
    http = client_of(own)
    got = [http.post("/v1/scores", json=ONE, headers=headers[0]) for _ in range(3)]
    assert [each.status_code for each in got] == [200, 200, 429]
    assert (got[2].json()["error"]["code"], got[2].headers["retry-after"]) == ("too_many_requests", "1")
    assert http.post("/v1/scores", json=ONE, headers=headers[1]).status_code == 200


def test_a_busy_service_says_at_once_when_to_ask_again_and_still_tells_its_metrics(
    own: CurrentState, ends: threading.Event
) -> None:
    limit(own, at_once=1, waiting=1)
    with running(create_app(own)) as port, ThreadPoolExecutor(5) as threads:
        url = f"http://127.0.0.1:{port}"
        asked = [threads.submit(httpx.post, f"{url}/v1/scores", json=ONE, timeout=10) for _ in range(5)]
        answers = as_completed(asked)
        for got in (next(answers).result() for _ in range(3)):
            assert (got.status_code, got.json()["error"]["code"], got.headers["retry-after"]) == (
                503,
                "overloaded",
                "1",
            )
        assert httpx.get(f"{url}/metrics").status_code == 200
        ends.set()
        assert [each.result().status_code for each in answers] == [200, 200]


def test_what_takes_too_long_is_answered_with_a_code(own: CurrentState, ends: threading.Event) -> None:
    limit(own, timeout=SECOND // 10)
    got = client_of(own).post("/v1/scores", json=ONE)
    assert (ends.is_set(), got.status_code, got.json()["error"]["code"]) == (False, 503, "timed_out")


def test_who_goes_away_while_they_ask_is_no_error_of_ours(own: CurrentState, caplog: pytest.LogCaptureFixture) -> None:
    with running(create_app(own)) as port:
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"POST /v1/scores HTTP/1.1\r\nhost: shop\r\ncontent-length: 9\r\n\r\n{")
            httpx.get(f"http://127.0.0.1:{port}/metrics")  # by now they have been heard
        httpx.get(f"http://127.0.0.1:{port}/metrics")
    assert caplog.records == []


def test_a_slow_body_is_answered_with_a_code(own: CurrentState) -> None:
    limit(own, timeout=SECOND // 10)

    def body() -> Iterator[bytes]:
        yield b'{"customers"'
        threading.Event().wait(0.5)
        yield b": []}"

    with running(create_app(own)) as port:
        got = httpx.post(
            f"http://127.0.0.1:{port}/v1/scores", content=body(), headers={"content-type": "application/json"}
        )
    assert (got.status_code, got.json()["error"]["code"]) == (408, "body_too_slow")
