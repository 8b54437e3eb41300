from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.engine import Engine

from features.errors import StamkundError
from serving.jobs.queue import rows
from serving.jobs.queue.rows import add_job, cancel_job, end_lost_jobs, job_of, jobs_before
from serving.store.engine import open_store


@pytest.fixture
def store(store_url: str) -> Iterator[Engine]:
    store = open_store(store_url)
    yield store
    store.dispose()


def test_one_id_is_one_job(store: Engine) -> None:
    job = add_job(store, "a", "build", ["--anew"], asked_by="1f")
    assert add_job(store, "a", "build", ["--anew"], asked_by="1f") == job
    for kind, arguments in (("build", []), ("train", ["--anew"])):
        with pytest.raises(StamkundError) as refused:
            add_job(store, "a", kind, arguments, asked_by="1f")
        assert refused.value.code == "request_id_reused"


def test_the_latest_jobs_are_kept_and_those_that_wait(store: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MOST", 2)
    for name in "abcd":
        add_job(store, name, "build", [], asked_by=None)
        if name != "b":
            cancel_job(store, name)
    add_job(store, "e", "train", [], asked_by=None)
    assert [job.job_id for job in jobs_before(store, None, count=9, kind=None, state=None)] == ["e", "d", "b"]
    assert [job.job_id for job in jobs_before(store, None, count=9, kind="build", state="queued")] == ["b"]
    newest = jobs_before(store, None, count=1, kind=None, state=None)[0].number
    assert [job.job_id for job in jobs_before(store, newest, count=1, kind=None, state=None)] == ["d"]


def test_what_was_cancelled_and_lost_is_cancelled(store: Engine) -> None:
    for name in "ab":
        assert rows.start_job(store, add_job(store, name, "build", [], asked_by=None))
    cancel_job(store, "a")
    end_lost_jobs(store)
    assert [job_of(store, name).state for name in "ab"] == ["cancelled", "failed"]
