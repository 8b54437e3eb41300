"""Jobs as rows of the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from features.errors import StamkundError
from serving.jobs.queue.job import INTERRUPTED, UNFINISHED, Job, Json, State
from serving.store.engine import insert_new
from serving.store.keys import clock
from serving.store.tables.schema import JOBS

MOST: Final = 1_000  # jobs that are kept; those that ended first go first
_PACKED: Final = ("arguments", "progress", "result", "error")
c: Final = JOBS.c


def add_job(store: Engine, job_id: str, kind: str, arguments: Sequence[str], *, asked_by: str | None) -> Job:
    """Ask for a job, once for each id; what was asked for under the same id before is told again.

    Raises ``request_id_reused`` where that was something else.
    """
    asked = {"job_id": job_id, "kind": kind, "arguments": _json(arguments), "state": "queued", "asked_by": asked_by}
    with store.begin() as connection:
        connection.execute(insert_new(store, JOBS, "job_id"), asked | {"asked_at": clock()})
        last = connection.execute(sa.select(sa.func.max(c.number))).scalar_one()
        connection.execute(sa.delete(JOBS).where(c.number <= last - MOST, c.state.not_in(UNFINISHED)))
    job = job_of(store, job_id)
    if (job.kind, list(job.arguments)) != (kind, list(arguments)):
        raise StamkundError("request_id_reused", field="request_id")
    return job


def job_of(store: Engine, job_id: str) -> Job:
    """The job of this id; the error ``unknown_job`` where there is none."""
    with store.connect() as connection:
        row = connection.execute(sa.select(JOBS).where(c.job_id == job_id)).first()
    if row is None:
        raise StamkundError("unknown_job", id=job_id, field="id")
    return _job(row._asdict())


def jobs_before(store: Engine, number: int | None, *, count: int, kind: str | None, state: str | None) -> list[Job]:
    """So many jobs asked for before the one of a number, the latest first."""
    query = sa.select(JOBS).order_by(c.number.desc()).limit(count)
    for column, value in ((c.kind, kind), (c.state, state)):
        query = query if value is None else query.where(column == value)
    query = query if number is None else query.where(c.number < number)
    with store.connect() as connection:
        return [_job(row._asdict()) for row in connection.execute(query)]


def unfinished_jobs(store: Engine) -> list[Job]:
    """All that wait or run, in the order in which they were asked for."""
    query = sa.select(JOBS).where(c.state.in_(UNFINISHED)).order_by(c.number)
    with store.connect() as connection:
        return [_job(row._asdict()) for row in connection.execute(query)]


def start_job(store: Engine, job: Job) -> bool:
    """Say that a job runs from now on; False where somebody has cancelled it."""
    return _change(store, job, ("queued",), state="running", started=clock())


def advance_job(store: Engine, job: Job, progress: Json) -> None:
    """Say how far a job is."""
    _change(store, job, ("running",), progress=_json(progress))


def end_job(
    store: Engine,
    job: Job,
    state: State,
    *,
    exit_code: int | None = None,
    result: Json | None = None,
    error: Json | None = None,
) -> None:
    """Say what came of a job."""
    told = {"result": _json(result), "error": _json(error), "exit_code": exit_code}
    _change(store, job, UNFINISHED, state=state, finished=clock(), **told)


def end_lost_jobs(store: Engine) -> None:
    """Say of all that run that they are over, by whoever knows that none of their processes is there."""
    told = StamkundError(INTERRUPTED).answer()
    change = sa.update(JOBS).where(c.state == "running")
    with store.begin() as connection:
        ended = change.values(finished=clock())
        connection.execute(ended.where(c.cancelled_at.is_not(None)).values(state="cancelled"))
        connection.execute(ended.values(state="failed", error=_json(told)))


def cancel_job(store: Engine, job_id: str) -> Job:
    """Ask for the end of a job: one that waits is over at once; ``job_over`` where it has ended otherwise."""
    job = job_of(store, job_id)
    if not _change(store, job, ("queued",), state="cancelled", finished=clock(), cancelled_at=clock()):
        _change(store, job, ("running",), cancelled_at=clock())
    job = job_of(store, job_id)
    if job.is_over and job.state != "cancelled":
        raise StamkundError("job_over", state=job.state, field="id")
    return job


def _change(store: Engine, job: Job, states: Sequence[State], **values: object) -> bool:
    """Change a job that is in one of these states; whether it was."""
    change = sa.update(JOBS).where(c.number == job.number, c.state.in_(states)).values(values)
    with store.begin() as connection:
        return connection.execute(change).rowcount > 0


def _job(row: Mapping[str, Any]) -> Job:
    unpacked = {name: None if row[name] is None else orjson.loads(row[name]) for name in _PACKED}
    return Job(**{**row, **unpacked})


def _json(value: object) -> str | None:
    return None if value is None else orjson.dumps(value).decode()
