"""The audit of dependencies, by a service of our own: what is known fails, and silence is not called sound."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from benchmarks import audit
from benchmarks.audit import Audit
from serving.process.listener import free_port

GHSA = {
    "id": "GHSA-wine",
    "affected": [
        {
            "package": {"name": "wine", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2"}]}],
        }
    ],
}


class Known(BaseHTTPRequestHandler):
    """Knows of wine."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        body = json.dumps({"vulns": [GHSA]} if asked["package"]["name"] == "wine" else {}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def osv() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Known)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1/query"
    server.shutdown()
    thread.join()
    server.server_close()


def lock(folder: Path, *packages: str) -> Path:
    """A lock of these packages."""
    path = folder / "requirements.lock"
    path.write_text("".join(f"{each} \\\n    --hash=sha256:{'0' * 64}\n" for each in packages), encoding="utf-8")
    return path


@pytest.mark.slow
def test_what_is_known_is_told(osv: str, tmp_path: Path) -> None:
    told = audit.audit(lock(tmp_path, "tea==1", "wine==1"), "--osv-url", osv)
    assert told == Audit(2, ["wine 1: GHSA-wine, mended in 2"])
    assert audit.audit(lock(tmp_path, "tea==1"), "--osv-url", osv) == Audit(1, [])


@pytest.mark.slow
def test_a_service_that_does_not_answer_is_no_sound_audit(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}/v1/query"
    assert audit.audit(lock(tmp_path, "tea==1"), "--osv-url", url) is None


@pytest.mark.parametrize(
    ("found", "required", "code", "said"),
    [
        (Audit(2, []), "", 0, "No vulnerability is known of 2 packages."),
        (Audit(2, ["wine 1: GHSA-wine, mended in 2"]), "", 1, "wine 1: GHSA-wine"),
        (None, "postgres", 0, "NOT AUDITED"),
        (None, "postgres,audit", 1, "NOT AUDITED"),
    ],
)
def test_it_fails_where_something_is_known_and_where_it_is_required_and_could_not_be_done(
    found: Audit | None,
    required: str,
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(audit, "audit", lambda _: found)
    monkeypatch.setenv("STAMKUND_REQUIRE", required)
    assert audit.main() == code
    out, err = capsys.readouterr()
    assert said in err
    assert json.loads(out)["audited"] == (0 if found is None else 2)
