"""Routes about customers: profiles, scores and decisions out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from starlette.routing import Match
from starlette.types import Scope

from serving.http.answers.deciding.decided_before import answer_kept
from serving.http.answers.deciding.decisions import answer_decision
from serving.http.answers.deciding.pages import Page
from serving.http.answers.privacy import answer_erasure, answer_export
from serving.http.answers.profiles import answer_profile
from serving.http.answers.requests import DecisionRequest, Id, ScoresRequest
from serving.http.answers.scores import answer_scores, answer_together
from serving.http.answers.search import answer_search
from serving.http.answers.timeline import answer_timeline
from serving.http.contract.decisions import DecisionAnswer, KeptDecision
from serving.http.contract.privacy import ExportAnswer, ReceiptAnswer
from serving.http.contract.profiles import ProfileAnswer, SearchAnswer, TimelineAnswer
from serving.http.contract.responses import OF_BODIES, answers
from serving.http.contract.scores import ScoresAnswer
from serving.http.current.state import CurrentState
from serving.http.reception.envelope import json_response
from serving.http.reception.routes import JsonRoute
from serving.http.reception.short_road import AnswerRoute, together

PROFILE, PARTS = "/v1/profiles/{key:path}", ("/events", "/export")
Key = Annotated[str, Path(description="An identifier as `id_type:id`.", examples=["user_id:1008"])]
AsOf = Annotated[str | None, Query(description="ISO 8601; now when left out.", examples=["2017-12-03T00:00:00Z"])]


class _ProfileRoute(JsonRoute):
    """A route of one path alone: nobody is erased by asking for their events in a wrong way."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether the route takes a request, and how."""
        is_part = scope["type"] == "http" and scope["path"].endswith(PARTS)
        return (Match.NONE, {}) if is_part and self.path == PROFILE else super().matches(scope)


def answer_routes(current: CurrentState) -> APIRouter:
    """What is known and best of a customer, by scores and decisions."""
    router = APIRouter(route_class=AnswerRoute, tags=["answers"])

    def scores_together(bodies: Sequence[ScoresRequest]) -> Iterable[Response]:
        return map(json_response, answer_together(current.state, bodies))

    @router.post("/v1/scores", responses=answers(ScoresAnswer, *OF_BODIES), summary="Scores of customers")
    @together(scores_together)
    def post_scores(body: ScoresRequest) -> Response:
        return json_response(answer_scores(current.state, body))

    @router.post(
        "/v1/decisions", responses=answers(DecisionAnswer, *OF_BODIES), summary="The best offers for a customer now"
    )
    def post_decisions(body: DecisionRequest) -> Response:
        return json_response(answer_decision(current.state, body))

    return router


def search_routes(current: CurrentState) -> APIRouter:
    """Who somebody is, and what was decided."""
    router = APIRouter(route_class=JsonRoute, tags=["answers"])

    @router.get("/v1/profiles", responses=answers(SearchAnswer), summary="Who somebody is, by an exact identifier")
    def get_profiles(
        identifier: Annotated[
            Id, Query(description="Of any type, however it is written.", examples=["Anna@Example.se"])
        ],
        id_type: Annotated[Id | None, Query(description="Only as one of this type.")] = None,
    ) -> Response:
        return json_response(answer_search(current.state, identifier, id_type))

    @router.get(
        "/v1/decisions/{decision_id}", responses=answers(KeptDecision, 404), summary="A decision as it was made"
    )
    def get_decision(
        decision_id: str,
        reason: Annotated[
            str | None, Query(description="Only candidates that failed it.", examples=["cap", "cap:weekly"])
        ] = None,
        limit: Annotated[int | None, Query(ge=1, le=1000, description="Of candidates; without it, all.")] = None,
        cursor: Annotated[str | None, Query(description="The `next` of the page before.")] = None,
    ) -> Response:
        return json_response(answer_kept(current.state, decision_id, Page(reason, limit, cursor)))

    return router


def profile_routes(current: CurrentState) -> APIRouter:
    """One customer: who they are, what happened to them, and their own rights."""
    router = APIRouter(route_class=_ProfileRoute, prefix=PROFILE, tags=["profiles"])

    @router.get("/export", responses=answers(ExportAnswer), summary="Everything that is held of a person")
    def get_export(key: Key) -> Response:
        return json_response(answer_export(current.state, key))

    @router.get("/events", responses=answers(TimelineAnswer, 404), summary="What happened to a customer, latest first")
    def get_timeline(
        key: Key,
        kind: Annotated[list[str], Query(description="Only entries of these kinds.")] = [],  # noqa: B006
        limit: Annotated[int, Query(ge=1, le=1000)] = 50,
        cursor: Annotated[str | None, Query(description="The `next` of the page before.")] = None,
        as_of: AsOf = None,
    ) -> Response:
        answer = answer_timeline(current.state, key, kinds=kind, limit=limit, cursor=cursor, as_of=as_of)
        return json_response(answer)

    @router.delete("", responses=answers(ReceiptAnswer), summary="Erase a person; the receipt")
    def delete_profile(key: Key, *, suppress: bool = False) -> Response:
        return json_response(answer_erasure(current.state, key, suppress=suppress))

    @router.get("", responses=answers(ProfileAnswer, 404), summary="A customer: traits, features, scores")
    def get_profile(key: Key, as_of: AsOf = None) -> Response:
        return json_response(answer_profile(current.state, key, as_of=as_of))

    return router
