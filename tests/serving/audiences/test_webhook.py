"""A webhook gets every row once it takes them, signed, and nothing tells its address or the secret."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from features.errors import StamkundError
from serving.audiences.webhook import SECRET, Webhook


class Listener(BaseHTTPRequestHandler):
    """Answers with the codes in ``answers``, one after the other, then 200."""

    answers: list[int]
    taken: list[tuple[dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).taken.append((dict(self.headers), body))
        self.send_response(type(self).answers.pop(0) if type(self).answers else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    Listener.answers, Listener.taken = [], []
    server = HTTPServer(("127.0.0.1", 0), Listener)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook?token=hidden"
    server.shutdown()
    server.server_close()
    thread.join()


def test_rows_come_in_parts_and_a_part_that_was_not_taken_comes_again(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SECRET, "pepper")
    Listener.answers, waits = [503, 200, 429], list[float]()
    Webhook(url, size=2, wait=waits.append).send([{"customer_id": name} for name in "abc"])
    told = [json.loads(body) for _, body in Listener.taken]
    assert [(each["part"], [row["customer_id"] for row in each["rows"]]) for each in told] == [
        (1, ["a", "b"]), (1, ["a", "b"]), (2, ["c"]), (2, ["c"]),
    ]  # fmt: skip
    assert waits == [1.0, 1.0]
    keys = [head["Idempotency-Key"] for head, _ in Listener.taken]
    assert keys[0] == keys[1] != keys[2] == keys[3]
    head, body = Listener.taken[0]
    assert head["Stamkund-Signature"] == f"sha256={hmac.new(b'pepper', body, hashlib.sha256).hexdigest()}"


@pytest.mark.parametrize(("answers", "asked"), [([404], 1), ([500] * 5, 5)])
def test_what_is_never_taken_is_an_error_that_tells_no_secret(url: str, answers: list[int], asked: int) -> None:
    Listener.answers = [*answers]
    webhook = Webhook(url, wait=lambda _: None)
    with pytest.raises(StamkundError) as error:
        webhook.send([{"customer_id": "a"}])
    assert error.value.code == "webhook_failed"
    assert len(Listener.taken) == asked
    assert "hidden" not in str(error.value) + repr(webhook)
