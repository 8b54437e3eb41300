"""The commands of jobs, as people and machines use them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from typer.testing import CliRunner, Result

from features.config.settings import read_settings
from serving.jobs.queue import tending
from serving.jobs.queue.job import Job
from serving.jobs.queue.rows import add_job, advance_job, end_job, job_of, start_job
from serving.store.engine import open_store
from stamkund import app


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    monkeypatch.setattr(tending, "tend_jobs", lambda *_: None)  # nobody runs them
    (tmp_path / "stamkund.yaml").write_text("name: Shop\nsources: {}\n")
    store = open_store(read_settings(tmp_path / "stamkund.yaml").store_url)
    yield store
    store.dispose()


def run(folder: Path, command: str, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["jobs", command, *arguments, "--config", str(folder / "stamkund.yaml")])


def ask(store: Engine, id_: str, kind: str) -> Job:
    return add_job(store, id_, kind, [], asked_by=None)


def test_jobs_are_listed_the_latest_first_and_shown(store: Engine, tmp_path: Path) -> None:
    assert "There are no such jobs." in run(tmp_path, "list").stdout
    built = ask(store, "b1", "build")
    start_job(store, built)
    advance_job(store, built, {"step": "profiles", "done": 2, "total": 5})
    ask(store, "t1", "train")
    told = json.loads(run(tmp_path, "list", "--json").stdout)["jobs"]
    assert [(job["id"], job["state"]) for job in told] == [("t1", "queued"), ("b1", "running")]
    running = json.loads(run(tmp_path, "list", "--state", "running", "--json").stdout)["jobs"]
    assert [job["id"] for job in running] == ["b1"]
    assert run(tmp_path, "list", "--state", "runing").exit_code == 2
    assert "profiles   2/5" in run(tmp_path, "show", "b1").stdout
    missing = run(tmp_path, "show", "x9", "--json")
    assert (missing.exit_code, json.loads(missing.stdout)["error"]["code"]) == (1, "unknown_job")


def test_a_job_that_waits_is_over_at_once_and_one_that_is_over_stays(store: Engine, tmp_path: Path) -> None:
    ask(store, "b1", "build")
    assert "Job b1 is over." in run(tmp_path, "cancel", "b1").stdout
    assert job_of(store, "b1").state == "cancelled"
    failed = ask(store, "b2", "build")
    start_job(store, failed)
    end_job(store, failed, "failed", exit_code=1, error={"code": "no_orders", "message": "There are none."})
    assert "no_orders: There are none." in run(tmp_path, "show", "b2").stdout
    again = run(tmp_path, "cancel", "b2", "--json")
    assert (again.exit_code, json.loads(again.stdout)["error"]["code"]) == (1, "job_over")
