"""Routes of long work: asked for, told of, ended."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response

from serving.http.contract.jobs import JobAnswer, JobsAnswer, Kind, StateName
from serving.http.contract.responses import OF_BODIES, Responses, answers
from serving.http.current.state import CurrentState
from serving.http.jobs.answers import answer_cancel, answer_job, answer_jobs, ask_job
from serving.http.jobs.requests import JobRequest
from serving.http.reception.envelope import json_response
from serving.http.reception.rejected import LARGEST
from serving.http.reception.routes import JsonRoute

BEGUN: Responses = {202: {"description": "Its end is told later", "model": JobAnswer}}


def job_routes(current: CurrentState) -> APIRouter:
    """For those who build, train and score from elsewhere."""
    router = APIRouter(route_class=JsonRoute, tags=["jobs"])
    errors = {status: told for status, told in answers(JobAnswer, 409, *OF_BODIES).items() if status != 200}

    @router.post(
        "/v1/jobs",
        status_code=202,
        responses=BEGUN | errors,
        summary="Ask for a build, models, scores, decisions, or what control arms show",
    )
    def post_job(
        request: Request,
        body: JobRequest,
        idempotency_key: Annotated[str | None, Header(min_length=1, max_length=200)] = None,
    ) -> Response:
        return _begun(ask_job(current.state, body, request.state.key, idempotency_key))

    @router.get("/v1/jobs", responses=answers(JobsAnswer), summary="Jobs, the latest first")
    def get_jobs(
        before: Annotated[int | None, Query(ge=1, le=LARGEST, description="`next` of the answer before.")] = None,
        count: Annotated[int, Query(ge=1, le=1000)] = 50,
        kind: Kind | None = None,
        state: StateName | None = None,
    ) -> Response:
        return json_response(answer_jobs(current.state, before=before, count=count, kind=kind, of=state))

    @router.get("/v1/jobs/{job_id}", responses=answers(JobAnswer, 404), summary="How far a job is, or what came of it")
    def get_job(job_id: str) -> Response:
        return json_response(answer_job(current.state, job_id))

    @router.delete(
        "/v1/jobs/{job_id}", responses=answers(JobAnswer, 404, 409) | BEGUN, summary="End a job; what was before stays"
    )
    def delete_job(job_id: str) -> Response:
        job, is_over = answer_cancel(current.state, job_id)
        return json_response(job) if is_over else _begun(job)

    return router


def _begun(job: dict[str, Any]) -> Response:
    return json_response(job, 202, {"location": f"/v1/jobs/{job['id']}"})
