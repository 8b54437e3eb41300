"""The benchmark of the service at its smallest: what is asked is answered; how long it takes is not asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from benchmarks.serving import __main__ as serving
from benchmarks.serving import mlflow_peer
from benchmarks.serving.__main__ import CLIENTS, measure
from benchmarks.serving.clients import Load, load
from benchmarks.serving.flood import flood, startup
from benchmarks.serving.questions import Question, Request, questions
from benchmarks.serving.service import service
from benchmarks.serving.worlds import World, open_world, small
from features.config.settings import read_settings
from serving.store.engine import open_store
from serving.store.event_log import log_frame

NAMES = (
    "empty", "scores_1", "scores_100", "scores_bare", "decisions_explained", "decisions",
    "profile", "ingest_1", "ingest_100",
)  # fmt: skip
FIGURES = ("p50_ms", "p50_ratio", "p99_ms", "p99_ratio", "per_second", "requests")


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small(tmp_path_factory.mktemp("world"), 2_000)


@pytest.mark.slow
def test_every_question_is_asked_and_answered_over_http(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "WARM", 1)
    monkeypatch.setattr(serving, "TURNS", 2)
    # The service has a process of its own: BentoML's metrics are for one service a process.
    with open_world(config) as world, service(world.config) as (address, pid):
        figures = measure(address, world, requests=3, seconds=60)
        flooded = startup(pid) | flood(address, pid, world.customers, requests=3, settle=0)
        assert _events_kept(world.config) > 0
    assert figures.keys() == {"customers", "floor_p50_ms", "scores_p50_ms"} | {
        f"{n}_{c}c_{f}" for n in NAMES for c in CLIENTS for f in FIGURES
    }
    assert all(figure > 0 for figure in figures.values())
    assert {figures[f"{name}_{clients}c_requests"] for name in NAMES for clients in CLIENTS} == {4}  # two turns of two
    assert figures["empty_8c_p99_ratio"] == 1
    assert flooded.keys() == {
        "worker_mb", "start_cpu_s", "flood_health_ms", "flood_memory_ratio", "flood_answered", "flood_refused",
    }  # fmt: skip
    assert (flooded["flood_answered"], flooded["flood_refused"]) == (3, 0)


def test_what_is_sent_in_is_forgotten_and_a_world_is_built_once(config: Path) -> None:
    built = config.stat().st_mtime_ns
    assert _events_kept(config) == 0
    assert small(config.parent, 2_000).stat().st_mtime_ns == built


@pytest.mark.slow
def test_mlflow_says_the_same_of_the_same_customers(config: Path) -> None:
    with open_world(config) as world, service(world.config) as (address, pid):
        figures = mlflow_peer.measure(address, pid, world, requests=8, seconds=60)
    assert figures.keys() >= {"scores_per_second", "mlflow_scores_per_second", "mlflow_ratio", "rows_per_second_100"}
    assert all(figure > 0 for figure in figures.values())


@pytest.mark.slow
def test_the_command_ends_with_one_json_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    serving.main(["--size", "small", "--events", "2000", "--requests", "8", "--home", str(tmp_path)])
    *people, last = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in people[1:]} == set(NAMES)
    assert json.loads(last)["empty_1c_p50_ratio"] == 1


def test_the_figures_of_a_load() -> None:
    # The median of 1, 2, 3 and 9 ms lies half-way between 2 and 3; the 99th percentile 0.97 of the way from 3 to 9.
    both = Load(np.array([0.001, 0.002]), 0.25) + Load(np.array([0.003, 0.009]), 0.25)
    assert both.figures() == pytest.approx({"p50_ms": 2.5, "p99_ms": 8.82, "per_second": 8, "requests": 4})


@pytest.mark.parametrize(
    ("clients", "requests", "seconds", "asked"),
    [(1, 5, 60, 5), (3, 7, 60, 7), (8, 2, 60, 2), (1, 5, 0, 1)],
)
def test_a_load_is_so_many_requests_or_ends_when_the_time_is_over(
    echo: str, clients: int, requests: int, seconds: float, asked: int
) -> None:
    measured = load(echo, Question(lambda: Request("/200")), clients=clients, requests=requests, seconds=seconds)
    assert len(measured.latencies) == asked


def test_an_answer_of_another_status_ends_the_measurement(echo: str) -> None:
    with pytest.raises(AssertionError, match="/503: 503 b'told'"):
        load(echo, Question(lambda: Request("/503", b"{}")), clients=1, requests=1, seconds=60)


@pytest.mark.parametrize(
    ("name", "body", "good"),
    [
        ("scores_1", {"scores": [{"models": {}}]}, True),
        ("scores_1", {"scores": [{"error": {"code": "unknown_profile"}}]}, False),
        ("scores_100", {"scores": [{"models": {}}]}, False),
        ("decisions_explained", {"placements": [{"items": ["flyer"], "excluded": []}]}, True),
        ("decisions_explained", {"placements": [{"items": ["flyer"]}]}, False),
        ("decisions", {"placements": [{"items": ["flyer"], "excluded": []}]}, False),
        ("decisions", {"placements": [{"items": []}]}, False),
        ("profile", {"scores": None}, False),
        ("ingest_1", {"accepted": 1}, True),
        ("ingest_100", {"accepted": 99}, False),
    ],
)
def test_an_answer_that_lacks_what_was_asked_for_is_none(name: str, body: object, good: bool) -> None:  # noqa: FBT001
    by_name = questions(World(Path("stamkund.yaml"), ("ann", "bob"), ("tea",)))
    assert by_name[name].is_answer(json.dumps(body).encode()) is good


def test_no_event_is_sent_twice() -> None:
    by_name = questions(World(Path("stamkund.yaml"), ("ann", "bob"), ("tea",)))
    one, many = json.loads(by_name["ingest_1"].next().body or b""), json.loads(by_name["ingest_100"].next().body or b"")
    ids = [one["messageId"], *(each["messageId"] for each in many["batch"])]
    assert len(set(ids)) == 101


@pytest.fixture(scope="module")
def echo() -> Iterator[str]:
    """A server that answers with the status that the path names."""

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(int(self.path[1:]))
            self.send_header("content-length", "4")
            self.end_headers()
            self.wfile.write(b"told")

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _events_kept(config: Path) -> int:
    store = open_store(read_settings(config).store_url)
    try:
        return log_frame(store)[0].height
    finally:
        store.dispose()
