"""Routes about how customers move, answered from the tables of the last refresh."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from insights.journeys.paths import Direction
from insights.stages.questions import Move
from insights.ways.questions import Way
from serving.http.contract.responses import answers
from serving.http.current.state import CurrentState
from serving.http.insights.contract.flows import PathsAnswer, StagesAnswer, WorthAnswer
from serving.http.insights.contract.metrics import PeopleAnswer
from serving.http.insights.flows import answer_moved, answer_paths, answer_stages, answer_takers, answer_worth
from serving.http.reception.envelope import json_response
from serving.http.reception.routes import JsonRoute

Stage = Annotated[str, Query(examples=["active", "lapsed"])]
After = Annotated[str, Query(max_length=512, description="`next` of the answer before.")]


def flow_routes(current: CurrentState) -> APIRouter:
    """For those who look at how customers move."""
    router = APIRouter(route_class=JsonRoute, prefix="/v1/insights", tags=["insights"])

    @router.get("/stages", responses=answers(StagesAnswer, 409), summary="Moves between the stages of life, by month")
    def get_insight_stages(
        last: Annotated[int, Query(ge=1, le=1000, description="How many months, the latest ones.")] = 12,
    ) -> Response:
        return json_response(answer_stages(current.state.settings, last))

    @router.get("/stages/people", responses=answers(PeopleAnswer, 409), summary="The customers behind a move, by id")
    def get_people_of_stages(
        *,
        period: Annotated[str, Query(description="A month.", examples=["2024-03"])],
        before: Stage,
        stage: Stage,
        after: After = "",
        count: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    ) -> Response:
        state, move = current.state, Move(period, before, stage)
        return json_response(answer_moved(state.settings, state.store, move, after=after, count=count))

    @router.get("/paths", responses=answers(PathsAnswer, 409), summary="The ways to a touchpoint, and from it on")
    def get_insight_paths(
        touchpoint: Annotated[str | None, Query(description="Only of this kind.", examples=["order"])] = None,
    ) -> Response:
        return json_response(answer_paths(current.state.settings, touchpoint))

    @router.get("/paths/people", responses=answers(PeopleAnswer, 409), summary="The customers whose way it is, by id")
    def get_people_of_paths(
        *,
        touchpoint: Annotated[str, Query(description="A kind.", examples=["order"])],
        direction: Annotated[Direction, Query(description="From the touchpoint on, or to it.")],
        place: Annotated[int, Query(ge=1, description="Which of the ways, the most frequent first.")] = 1,
        after: After = "",
        count: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    ) -> Response:
        state, way = current.state, Way(touchpoint, direction, place)
        return json_response(answer_takers(state.settings, state.store, way, after=after, count=count))

    @router.get("/worth", responses=answers(WorthAnswer, 409), summary="What better experiences are worth")
    def get_insight_worth() -> Response:
        return json_response(answer_worth(current.state.settings))

    return router
