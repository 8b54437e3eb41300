"""How the service starts and ends: one line when it cannot start, nothing left when it is told to stop."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from features.errors import StamkundError
from serving.process.listener import free_port
from serving.process.server import serve
from tests.serving.http.servers import stamkund_server
from tests.serving.process.watching import in_progress, wait_for, workers_of
from tests.serving.shop import carried_shop

BODY = b'{"customers": ["1"]}'
HEAD = (
    b"POST /v1/scores HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n"
    b"content-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(BODY)
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop whose folder carries its champions."""
    return carried_shop(tmp_path_factory.mktemp("carried"))


def test_an_absent_database_is_told_before_anything_starts(tmp_path: Path) -> None:
    config = tmp_path / "stamkund.yaml"
    url = f"postgresql+psycopg://shop:secret@127.0.0.1:{free_port()}/shop"
    config.write_text(f"name: Shop\nhome: home\nsources: {{}}\nstore: {url}\n", encoding="utf-8")
    with pytest.raises(StamkundError, match=r"does not answer\. Start it, or correct `store:`") as refused:
        serve(config, port=free_port())
    assert (refused.value.code, "secret" in str(refused.value)) == ("store_unavailable", False)


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_what_is_being_answered_when_the_service_is_told_to_stop_is_answered_and_nothing_is_left(
    home: Path, workers: str
) -> None:
    with stamkund_server(home / "stamkund.yaml", home / "log", "--workers", workers) as (url, child):
        workers_of = list(_below(child.pid))
        for pid in (child.pid, *workers_of):  # these are for who trains
            assert not {"pandas", "sklearn", "stats", "_compute"} & _mapped_by(pid), pid
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=10) as client:
            client.sendall(HEAD + BODY[:5])
            wait_for(lambda: in_progress(url) == 2)  # this one, and that for metrics
            child.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            client.sendall(BODY[5:])
            assert client.recv(15) == b"HTTP/1.1 200 OK"
        assert child.wait(timeout=20) == 0
    _are_gone(workers_of)
    said = (home / "log").read_text().splitlines()
    assert all(line.startswith("Serving on ") for line in said)  # nothing where a worker was not ready yet


@pytest.mark.slow
def test_a_worker_that_is_busy_is_left_alone_one_that_dies_is_begun_again_and_hup_begins_all_again(home: Path) -> None:
    with stamkund_server(home / "stamkund.yaml", home / "log", "--workers", "2") as (url, child):
        busy, other = workers_of(child.pid)
        os.kill(busy, signal.SIGSTOP)  # stands for one that has no time to answer
        time.sleep(8)
        os.kill(busy, signal.SIGCONT)
        os.kill(other, signal.SIGKILL)
        wait_for(lambda: other not in workers_of(child.pid) and len(workers_of(child.pid)) == 2)
        assert busy in workers_of(child.pid)
        before = set(workers_of(child.pid))
        child.send_signal(signal.SIGHUP)
        wait_for(lambda: len(workers_of(child.pid)) == 2 and not before & set(workers_of(child.pid)))
        wait_for(lambda: in_progress(url) == 1)
    events = [json.loads(line)["event"] for line in (home / "log").read_text().splitlines() if line.startswith("{")]
    assert events == ["worker_died"]


@pytest.mark.slow
def test_workers_end_with_the_process_that_watches_them(home: Path) -> None:
    with stamkund_server(home / "stamkund.yaml", home / "log", "--workers", "2") as (_, child):
        workers = list(_below(child.pid))
        assert len(workers) >= 2
        child.kill()
    _are_gone(workers)


def _mapped_by(pid: int) -> set[str]:
    """The names of all files that a process has mapped, such as compiled modules, and of their folders."""
    lines = Path(f"/proc/{pid}/maps").read_text().splitlines()
    return {part.partition(".")[0] for line in lines for part in Path(line.split(maxsplit=5)[-1]).parts}


def _below(pid: int) -> Iterator[int]:
    for child in subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, check=False).stdout.split():
        yield int(child)


def _are_gone(pids: list[int]) -> None:
    end = time.monotonic() + 20
    while left := [pid for pid in pids if Path(f"/proc/{pid}").exists()]:
        assert time.monotonic() < end, f"{left} are left by {os.getpid()}"
        time.sleep(0.1)
