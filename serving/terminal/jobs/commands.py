"""Commands about jobs: list them, show one, end one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from features.moments import minute
from serving.jobs.queue.job import Job, State
from serving.jobs.queue.job import Json as Told
from serving.terminal.layout import add_row, table_of
from serving.terminal.options import YAML, Config, Json, settings_of
from serving.terminal.output import output

if TYPE_CHECKING:
    from pathlib import Path

    from rich.table import Table
    from sqlalchemy.engine import Engine

Id = Annotated[str, typer.Argument(metavar="ID", help="The job's id, as `stamkund jobs list` shows it.")]


def list_jobs(
    config: Config = YAML,
    state: Annotated[State | None, typer.Option(help="In this state only.")] = None,
    count: Annotated[int, typer.Option(help="How many, at most.", min=1, max=1000)] = 20,
    *,
    as_json: Json = False,
) -> None:
    """Jobs that were asked for over HTTP, the latest first."""
    from serving.jobs.queue.rows import jobs_before

    with output(as_json=as_json) as out:
        with _store(config) as store:
            jobs = jobs_before(store, None, count=count, kind=None, state=state)
        out.say(_table(jobs) if jobs else "There are no such jobs.")
        out.answer({"jobs": [job.answer() for job in jobs]})


def show(id_: Id, config: Config = YAML, *, as_json: Json = False) -> None:
    """How far a job is, or what came of it."""
    from serving.jobs.queue.rows import job_of

    with output(as_json=as_json) as out:
        with _store(config) as store:
            job = job_of(store, id_)
        out.say(_table([job]))
        if job.error is not None:
            out.say(f"{job.error['code']}: {job.error['message']}")
        out.answer(job.answer())


def cancel(id_: Id, config: Config = YAML, *, as_json: Json = False) -> None:
    """End a job; what was there before it stays."""
    from serving.jobs.queue.rows import cancel_job

    with output(as_json=as_json) as out:
        with _store(config) as store:
            job = cancel_job(store, id_)
        out.say(f"Job {id_} is over." if job.is_over else f"Job {id_} is being ended: see `stamkund jobs show {id_}`.")
        out.answer(job.answer())


@contextmanager
def _store(config: Path) -> Iterator[Engine]:
    """The store with the true states of its jobs."""
    from serving.jobs.queue.tending import tend_jobs
    from serving.store.engine import opened_store

    settings = settings_of(config)
    with opened_store(settings) as store:
        tend_jobs(settings, store)
        yield store


def _table(jobs: list[Job]) -> Table:
    table = table_of("id", "kind", "state", "asked at", "step", ">done")
    for job in jobs:
        step, done = ("", "") if job.progress is None else _progress(job.progress)
        add_row(table, job.job_id, job.kind, job.state, minute(job.asked_at), step, done)
    return table


def _progress(progress: Told) -> tuple[str, str]:
    return str(progress["step"]), f"{progress['done']}/{progress['total']}"
