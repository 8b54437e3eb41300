"""Routes of candidates: kept and changed by people, live in every worker within seconds."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response

from serving.http.candidates.answers import (
    answer_candidate,
    answer_candidates,
    answer_change,
    answer_fields,
    answer_history,
)
from serving.http.candidates.contract import CandidateAnswer, CandidatesAnswer, HistoryAnswer
from serving.http.candidates.etags import etag
from serving.http.candidates.sheet import Fields, Sheet
from serving.http.contract.responses import OF_BODIES, Responses, answers
from serving.http.current.state import CurrentState
from serving.http.reception.envelope import json_response
from serving.http.reception.routes import JsonRoute

ONE = "/v1/candidates/{candidate_id}"
CandidateId = Annotated[str, Path(min_length=1, max_length=512, pattern=r"^[^\x00]*$", examples=["spring-tea"])]
IfMatch = Annotated[str | None, Header(max_length=200, description="The ETag of the version that is to be changed.")]
TAGGED: Responses = {
    status: {"description": told, "model": CandidateAnswer, "headers": {"ETag": {"$ref": "#/components/headers/ETag"}}}
    for status, told in ((200, "As it is kept now"), (201, "It is new"))
}


def candidate_routes(current: CurrentState) -> APIRouter:
    """For those who say what is offered."""
    router = APIRouter(route_class=JsonRoute, tags=["candidates"])

    @router.get("/v1/candidates", responses=answers(CandidatesAnswer), summary="Candidates that people keep, by id")
    def get_candidates(
        after: Annotated[str, Query(max_length=512, description="`next` of the answer before.")] = "",
        count: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> Response:
        return json_response(answer_candidates(current.state, after=after, count=count))

    @router.get(f"{ONE}/history", responses=answers(HistoryAnswer, 404), summary="Every version, the latest first")
    def get_candidate_history(candidate_id: CandidateId) -> Response:
        return json_response(answer_history(current.state, candidate_id))

    @router.get(ONE, responses=answers(CandidateAnswer, 404) | {200: TAGGED[200]}, summary="A candidate, and its ETag")
    def get_candidate(candidate_id: CandidateId) -> Response:
        return _tagged(answer_candidate(current.state, candidate_id))

    @router.put(
        ONE,
        responses=answers(CandidateAnswer, 409, 412, *OF_BODIES) | TAGGED,
        summary="Keep a candidate, or change it with the ETag of what it was",
    )
    def put_candidate(request: Request, candidate_id: CandidateId, body: Sheet, if_match: IfMatch = None) -> Response:
        who = _who(request)
        told, is_new = answer_change(current.state, candidate_id, body, who=who, if_match=if_match)
        return _tagged(told, 201 if is_new else 200)

    @router.patch(
        ONE,
        responses=answers(CandidateAnswer, 404, 409, 412, *OF_BODIES) | {200: TAGGED[200]},
        summary="Change some fields of a candidate with the ETag of what it was",
    )
    def patch_candidate(
        request: Request, candidate_id: CandidateId, body: Fields, if_match: IfMatch = None
    ) -> Response:
        who = _who(request)
        return _tagged(answer_fields(current.state, candidate_id, body, who=who, if_match=if_match))

    @router.delete(
        ONE, responses=answers(CandidateAnswer, 404, 412), summary="Take a candidate away; its history stays"
    )
    def delete_candidate(request: Request, candidate_id: CandidateId, if_match: IfMatch = None) -> Response:
        told, _ = answer_change(current.state, candidate_id, None, who=_who(request), if_match=if_match)
        return json_response(told)

    return router


def _who(request: Request) -> str | None:
    """The name of the key that asks."""
    return None if request.state.key is None else request.state.key.name


def _tagged(told: dict[str, object], status: int = 200) -> Response:
    return json_response(told, status, {"etag": etag(int(str(told["version"])))})
