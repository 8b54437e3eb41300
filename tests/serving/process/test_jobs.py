"""Long work that a service of two workers is asked for, run by the command line itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest

from tests.serving.http.servers import ROOT, stamkund_server
from tests.serving.process.watching import workers_of


def shop_of_files(folder: Path, days: int) -> Path:
    """Settings of a shop with twenty customers, and an order of each a day."""
    (folder / "orders").mkdir()
    for day in range(1, days + 1):
        lines = [f"{customer},2024-01-{day:02}T10:00:00Z,{customer}-{day},5.50" for customer in range(1, 21)]
        text = "\n".join(["customer_id,ordered_at,order_id,amount", *lines])
        (folder / "orders" / f"{day}.csv").write_text(f"{text}\n")
    config = folder / "stamkund.yaml"
    for command in (["init", str(folder / "orders"), "--to", str(config)], ["build", "--config", str(config)]):
        subprocess.run([sys.executable, "-m", "stamkund", *command], check=True, cwd=ROOT, capture_output=True)
    return config


def ended(http: httpx.Client, place: str, holds: Callable[[Any], bool] = lambda job: job["finished"]) -> Any:
    end = time.monotonic() + 400
    while not holds(job := http.get(place).json()):
        assert time.monotonic() < end, job
        time.sleep(0.05)
    return job


@pytest.mark.slow
def test_jobs_outlive_the_workers_that_were_asked_and_leave_the_last_good_state(tmp_path: Path) -> None:
    config = shop_of_files(tmp_path, days=28)
    # While a worker dies, whoever asked it on a connection that was kept would be lost with it.
    transport = httpx.HTTPTransport(retries=20, limits=httpx.Limits(max_keepalive_connections=0))
    with (
        stamkund_server(config, tmp_path / "log", "--workers", "2") as (url, child),
        httpx.Client(base_url=url, transport=transport, timeout=60) as http,
    ):

        def asked(**body: object) -> str:
            return str(http.post("/v1/jobs", json=body).headers["location"])

        place = asked(kind="build", anew=True, request_id="night")
        ended(http, place, lambda job: job["state"] == "running")
        os.kill(workers_of(child.pid)[0], signal.SIGKILL)
        job = ended(http, place)
        assert (job["state"], job["exit_code"], job["result"]["customers"]) == ("done", 0, 20)
        assert job["progress"]["done"] == job["progress"]["total"]
        assert asked(kind="build", anew=True, request_id="night") == place
        # Twenty customers are too few to learn from: every model is refused, and those that answer stay.
        refused = ended(http, asked(kind="train", quick=True))
        assert (refused["state"], refused["exit_code"], refused["error"]["code"]) == ("failed", 1, "all_refused")
        other = asked(kind="build", anew=True)
        ended(http, other, lambda job: job["progress"])
        http.delete(other)
        assert ended(http, other)["state"] in {"cancelled", "done"}
        assert ended(http, asked(kind="score", reasons=0))["result"]["customers"] == 20
        assert ended(http, asked(kind="effects"))["error"]["code"] == "no_arms"
        assert pl.read_parquet(tmp_path / "scores.parquet").height == 20
