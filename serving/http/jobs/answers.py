"""The answers about jobs."""

from __future__ import annotations

import hashlib
from uuid import uuid4

from features.errors import StamkundError
from serving.http.current.state import State
from serving.http.jobs.requests import JobRequest
from serving.jobs.queue.rows import add_job, cancel_job, job_of, jobs_before
from serving.jobs.queue.tending import tend_jobs
from serving.store.engine import outages_as_errors
from serving.store.keys import Key

Json = dict[str, object]


@outages_as_errors()
def ask_job(state: State, request: JobRequest, key: Key | None, request_id: str | None) -> Json:
    """Ask for a job, once for each request id of a key."""
    if state.settings.serving.models == "carried":
        raise StamkundError("carried_models", field="kind")
    asked_by = None if key is None else key.id
    id_ = _id(asked_by, request.request_id or request_id)
    job = add_job(state.store, id_, request.kind, request.arguments(state.settings), asked_by=asked_by)
    tend_jobs(state.settings, state.store)
    return job.answer()


@outages_as_errors()
def answer_job(state: State, job_id: str) -> Json:
    """One job as it is now."""
    tend_jobs(state.settings, state.store)
    return job_of(state.store, job_id).answer()


@outages_as_errors()
def answer_jobs(state: State, *, before: int | None, count: int, kind: str | None, of: str | None) -> Json:
    """Jobs, the latest first; ``next`` is what to give as ``before`` for the next ones, null at the end."""
    tend_jobs(state.settings, state.store)
    jobs = jobs_before(state.store, before, count=count + 1, kind=kind, state=of)
    shown = jobs[:count]
    return {"jobs": [job.answer() for job in shown], "next": shown[-1].number if jobs[count:] else None}


@outages_as_errors()
def answer_cancel(state: State, job_id: str) -> tuple[Json, bool]:
    """Ask for the end of a job; as it is now, and whether it is over."""
    tend_jobs(state.settings, state.store)
    job = cancel_job(state.store, job_id)
    return job.answer(), job.is_over


def _id(asked_by: str | None, request_id: str | None) -> str:
    """The id of a job: of one request id of a key there is one."""
    if request_id is None:
        return uuid4().hex
    return hashlib.sha256(f"{asked_by or ''}\n{request_id}".encode()).hexdigest()[:32]
