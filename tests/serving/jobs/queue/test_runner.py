"""Jobs whose command lines are a line of Python each, run as the service has them run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from features.config.settings import Settings, read_settings
from features.errors import StamkundError
from serving.jobs.queue import command, tending
from serving.jobs.queue.job import Job
from serving.jobs.queue.lock import runner_lock
from serving.jobs.queue.rows import add_job, cancel_job, job_of
from serving.jobs.queue.runner import run_jobs
from serving.jobs.queue.tending import tend_jobs
from serving.store.engine import open_store

PROGRAM = [sys.executable, "-c", "import sys; exec(sys.argv[-1])"]
SAY = "import os, json; os.write(int(os.environ['STAMKUND_PROGRESS']), json.dumps({}).encode() + b'\\n'); "
WAIT = "import time; time.sleep(60)"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    config = tmp_path / "shop.yaml"
    config.write_text("name: Shop\nhome: home\nsources: {}\n")
    return read_settings(config)


@pytest.fixture
def store(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    monkeypatch.setattr(command, "PROGRAM", PROGRAM)
    store = open_store(settings.store_url)
    yield store
    store.dispose()


def asked(store: Engine, code: str, *, kind: str = "build", name: str | None = None) -> str:
    return add_job(store, name or code, kind, [code], asked_by=None).job_id


def until(store: Engine, job_id: str, holds: Callable[[Job], bool]) -> Job:
    end = time.monotonic() + 20
    while not holds(job := job_of(store, job_id)):
        assert time.monotonic() < end, job
        time.sleep(0.02)
    return job


def run(settings: Settings, stop: threading.Event | None = None) -> None:
    with runner_lock(settings.home) as lock:
        assert lock is not None
        run_jobs(settings, stop or threading.Event(), lock=lock)


def run_in_background(settings: Settings) -> threading.Event:
    stop = threading.Event()
    threading.Thread(target=run, args=(settings, stop), daemon=True).start()
    return stop


OUTCOMES: dict[str, tuple[str, int, object, str | None]] = {
    "print('{\"customers\": 7}')": ("done", 0, {"customers": 7}, None),
    "print('{\"left_out\": [1]}'); sys.exit(3)": ("done", 3, {"left_out": [1]}, None),
    'print(\'{"error": {"code": "lake_busy"}}\'); sys.exit(1)': ("failed", 1, None, "lake_busy"),
    'print(\'{"of": 2, "error": {"code": "all_refused"}}\'); sys.exit(1)': ("failed", 1, {"of": 2}, "all_refused"),
    "1 / 0": ("failed", 1, None, "internal_error"),
    "import os; os.kill(os.getpid(), 9)": ("failed", -9, None, "killed"),
    "sys.exit(2)": ("failed", 2, None, "internal_error"),
}


def test_what_comes_of_a_command_is_told(store: Engine, settings: Settings) -> None:
    ids = {code: asked(store, code, kind=f"kind {place}") for place, code in enumerate(OUTCOMES)}
    run(settings)
    jobs = {code: job_of(store, job_id) for code, job_id in ids.items()}
    told = {
        code: (job.state, job.exit_code, job.result, None if job.error is None else job.error["code"])
        for code, job in jobs.items()
    }
    assert told == OUTCOMES
    for job in jobs.values():
        assert job.started is not None
        assert job.finished is not None
        assert job.asked_at <= job.started <= job.finished


def test_a_job_has_the_command_of_its_kind(store: Engine, settings: Settings) -> None:
    ids = [
        asked(store, "import json; print(json.dumps({'words': sys.argv[1:3]}))", kind=k, name=k)
        for k in ("score", "effects")
    ]
    run(settings)
    assert [job_of(store, job_id).result for job_id in ids] == [
        {"words": ["score", "--json"]},
        {"words": ["decisions", "effects"]},
    ]


def test_where_a_command_broke_is_logged_without_its_words(
    store: Engine, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    asked(store, "raise ValueError('anna@shop.example')")
    run(settings)
    assert "ValueError" in caplog.text
    assert "anna@shop.example" not in caplog.text.replace("raise ValueError('anna@shop.example')", "")


def test_progress_is_told_as_it_goes_and_a_running_job_ends_with_all_it_began(
    store: Engine, settings: Settings, tmp_path: Path
) -> None:
    begun = (
        f"import subprocess; open({str(tmp_path / 'pid')!r}, 'w').write(str(subprocess.Popen(['sleep', '60']).pid)); "
    )
    job_id = asked(store, begun + SAY.format(["orders", 1, 3]) + WAIT)
    run_in_background(settings)
    job = until(store, job_id, lambda job: job.progress is not None)
    assert (job.state, job.progress) == ("running", {"step": "orders", "done": 1, "total": 3})
    assert cancel_job(store, job_id).state == "running"
    assert until(store, job_id, lambda job: job.is_over).state == "cancelled"
    assert (
        not Path(f"/proc/{(tmp_path / 'pid').read_text()}/cmdline").exists()
        or not Path(f"/proc/{(tmp_path / 'pid').read_text()}/cmdline").read_bytes()
    )  # a zombie, where nobody takes note of its end
    assert cancel_job(store, job_id).state == "cancelled"  # again


def test_a_job_that_ends_as_it_is_cancelled_says_what_it_did(store: Engine, settings: Settings) -> None:
    code = "import signal, time; signal.signal(15, lambda *_: (print('{}'), sys.exit(0))); "
    job_id = asked(store, code + SAY.format(["a", 0, 1]) + "time.sleep(60)")
    run_in_background(settings)
    until(store, job_id, lambda job: job.progress is not None)
    cancel_job(store, job_id)
    assert until(store, job_id, lambda job: job.is_over).state == "done"
    with pytest.raises(StamkundError) as refused:
        cancel_job(store, job_id)
    assert refused.value.code == "job_over"


def test_jobs_of_one_kind_run_one_after_the_other_and_a_cancelled_one_never(store: Engine, settings: Settings) -> None:
    first, second, third = (asked(store, "print('{}')", name=name) for name in ("1", "2", "3"))
    other = asked(store, "print('{}')", kind="train", name="4")
    assert cancel_job(store, second).state == "cancelled"
    run(settings)
    times = {name: job_of(store, name) for name in (first, second, third, other)}
    assert [job.state for job in times.values()] == ["done", "cancelled", "done", "done"]
    assert (times["1"].finished or 0) <= (times["3"].started or 0)
    assert (times["4"].started or 0) < (times["1"].finished or 0)
    assert times["2"].started is None


def test_only_one_runner_runs_and_its_commands_hold_its_place(store: Engine, settings: Settings) -> None:
    job_id = asked(store, SAY.format(["a", 0, 1]) + WAIT)
    stop = run_in_background(settings)
    until(store, job_id, lambda job: job.progress is not None)
    tend_jobs(settings, store)
    assert job_of(store, job_id).state == "running"
    waiting = asked(store, "print('{}')", name="waiting")
    stop.set()  # as SIGTERM does
    job = until(store, job_id, lambda job: job.is_over)
    assert (job.state, (job.error or {})["code"]) == ("failed", "interrupted")
    assert job_of(store, waiting).state == "queued"


def test_a_killed_runner_takes_its_jobs_with_it_and_they_say_so(
    store: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = (
        "import sys, threading; from serving.jobs.queue import command, runner; "
        f"command.PROGRAM = {PROGRAM!r}; runner.main()"
    )
    follow = "import os, select; p = select.poll(); p.register(int(os.environ['STAMKUND_PROGRESS']), 0); p.poll()"
    job_id = asked(store, SAY.format(["a", 0, 1]) + follow)
    waiting = asked(store, "print('{}')", name="waiting")
    with runner_lock(settings.home) as lock:
        assert lock is not None
        arguments = [str(settings.file), str(lock)]
        runner = subprocess.Popen([sys.executable, "-c", program, *arguments], pass_fds=(lock,))
    until(store, job_id, lambda job: job.progress is not None)
    runner.kill()
    runner.wait()
    begun: list[Settings] = []
    monkeypatch.setattr(tending, "_begin_runner", lambda settings, _: begun.append(settings))
    end = time.monotonic() + 10
    while not begun and time.monotonic() < end:
        tend_jobs(settings, store)
    assert (job_of(store, job_id).error or {})["code"] == "interrupted"
    assert job_of(store, waiting).state == "queued"


def test_a_runner_that_has_not_begun_to_look_is_the_only_one(
    store: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    runners: list[subprocess.Popen[bytes]] = []

    def begun(_: object, **named: Any) -> subprocess.Popen[bytes]:
        runners.append(subprocess.Popen(["sleep", "60"], **named))
        return runners[-1]

    monkeypatch.setattr(tending, "subprocess", SimpleNamespace(**vars(subprocess) | {"Popen": begun}))
    asked(store, "print('{}')")
    for _ in range(3):
        tend_jobs(settings, store)
    (runner,) = runners
    runner.kill()
    runner.wait()
    tend_jobs(settings, store)
    assert len(runners) == 2
    runners[1].kill()


def test_the_lock_is_free_once_nobody_has_it(tmp_path: Path) -> None:
    with runner_lock(tmp_path) as lock:
        assert lock is not None
        child = subprocess.Popen(["sleep", "60"], pass_fds=(lock,))
        with runner_lock(tmp_path) as other:
            assert other is None
    with runner_lock(tmp_path) as other:
        assert other is None
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    with runner_lock(tmp_path) as lock:
        assert lock is not None
