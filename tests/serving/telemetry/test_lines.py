"""The log: what each line tells, in which form, and what it never tells."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from features.errors import StamkundError
from serving.http.current.state import CurrentState
from serving.telemetry import lines
from serving.telemetry.request_id import current
from tests.serving.clients import client_of

ANNA = "anna@shop.example"
log = logging.getLogger("stamkund.serving")


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Leave logging and threads as they were."""
    handlers, hook = [*logging.root.handlers], threading.excepthook
    yield
    logging.root.handlers[:], threading.excepthook = handlers, hook
    logging.captureWarnings(capture=False)


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_tells_when_how_grave_what_of_which_request_and_by_whom(capsys: pytest.CaptureFixture[str]) -> None:
    lines.log_lines()
    token = current.set("7f3a")
    log.error("%s: It is %s.", "store_full", "full", extra={"event": "store_full", "endpoint": "/v1/scores"})
    current.reset(token)
    log.info("Nobody need know.")
    (line,) = told(capsys)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", str(line.pop("time")))
    assert line == {
        "level": "error",
        "event": "store_full",
        "request_id": "7f3a",
        "worker": os.getpid(),
        "message": "store_full: It is full.",
        "endpoint": "/v1/scores",
    }


class Terminal:
    """Stands for a terminal."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text += text

    def flush(self) -> None:
        """There is nothing to flush."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("form", "is_json"), [(None, False), ("text", False), ("json", True)])
def test_a_terminal_is_told_in_words_unless_the_settings_say_otherwise(
    form: Literal["json", "text"] | None, *, is_json: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    lines.log_lines(form)
    log.warning("Tea is out.", extra={"event": "tea", "trace": "ValueError\n  File x"})
    if is_json:
        assert json.loads(terminal.text)["event"] == "tea"
    else:
        assert re.fullmatch(
            r"\d\d:\d\d:\d\d warning Tea is out\.  \[event=tea worker=\d+\]\nValueError\n  File x\n", terminal.text
        )


def test_two_lines_of_one_message_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    lines.log_lines("json")
    lines.log_lines("json")
    log.error("One\nTwo")
    assert [line["message"] for line in told(capsys)] == ["One\nTwo"]


def test_words_of_other_libraries_that_may_be_a_customers_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    lines.log_lines()
    for name in ("asyncio", "uvicorn.error", "sqlalchemy.pool", "bentoml"):
        try:
            raise ValueError(ANNA)
        except ValueError:
            logging.getLogger(name).exception("Lost %s", ANNA)
            logging.getLogger(name).error("Never retrieved\nfuture: <Task exception=ValueError(%r)>", ANNA)
    said = told(capsys)
    assert [line["event"] for line in said[::2]] == ["asyncio", "uvicorn.error", "sqlalchemy.pool", "bentoml"]
    assert {line["message"] for line in said} == {"Lost %s", "Never retrieved"}
    assert ANNA not in str(said)
    assert all(str(line["trace"]).startswith("ValueError\n  File ") for line in said[::2])


def test_an_error_of_a_thread_is_told_without_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    lines.log_lines()

    def fail() -> None:
        raise ValueError(ANNA)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    (line,) = told(capsys)
    assert (line["event"], ANNA in str(line)) == ("thread_failed", False)


@pytest.fixture
def failing(own: CurrentState, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """A service in which every layer below the route fails, by words that hold what was sent."""

    def fail(*_: object, **__: object) -> None:
        statement = f"SELECT '{ANNA}'"
        raise sa.exc.ProgrammingError(statement, {"id": ANNA}, ValueError(ANNA))

    for answer in ("scores", "profile", "timeline"):
        monkeypatch.setattr(f"serving.http.routers.customers.answer_{answer}", fail)
    return client_of(own, raise_server_exceptions=False)


def test_the_log_names_what_failed_by_the_id_that_the_answer_names(
    failing: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    lines.log_lines()
    asked = {
        "/v1/scores": failing.post("/v1/scores", json={"customers": [ANNA]}),
        "/v1/profiles/{key:path}": failing.get(f"/v1/profiles/email:{ANNA}", headers={"Request-Id": "mine"}),
        "/v1/profiles/{key:path}/events": failing.get(f"/v1/profiles/email:{ANNA}/events", headers={"Cookie": ANNA}),
    }
    said = told(capsys)
    assert {got.status_code for got in asked.values()} == {500}
    assert [(line["endpoint"], line["request_id"]) for line in said] == [
        (route, got.headers["request-id"]) for route, got in asked.items()
    ]
    assert said[1]["request_id"] == "mine"
    assert ANNA not in str(said)


def test_a_request_that_took_too_long_is_told(
    own: CurrentState, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def slow(*_: object) -> None:
        raise StamkundError("timed_out", "Late.")

    monkeypatch.setattr("serving.http.routers.customers.answer_scores", slow)
    lines.log_lines()
    got = client_of(own).post("/v1/scores", json={"customers": ["1"]})
    (line,) = told(capsys)
    assert (line["event"], line["level"], line["endpoint"]) == ("timed_out", "warning", "/v1/scores")
    assert line["request_id"] == got.headers["request-id"]


def test_every_line_that_the_service_writes_has_an_event() -> None:
    """A machine finds lines by it; words may change."""
    calls = re.compile(r"\blog\.(?:error|warning)\((?:[^()]|\([^()]*\))*\)")
    found = {
        call: path.name for path in Path("serving").rglob("*.py") for call in calls.findall(path.read_text("utf-8"))
    }
    assert len(found) > 8
    assert {call: name for call, name in found.items() if "extra=" not in call} == {}
