"""Routes about what is happening to customers, answered from the tables of the last refresh."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from insights.journeys.questions import Came
from insights.metrics.questions import Figure, Question
from serving.http.contract.responses import answers
from serving.http.current.state import CurrentState
from serving.http.insights.contract.journeys import JourneyPeopleAnswer, JourneysAnswer, TraitsAnswer
from serving.http.insights.contract.losses import WinnablePeopleAnswer
from serving.http.insights.contract.metrics import MetricsAnswer, PeopleAnswer
from serving.http.insights.journeys import answer_differing, answer_entries, answer_journeys, answer_winnable
from serving.http.insights.metrics import answer_metrics, answer_people
from serving.http.reception.envelope import json_response
from serving.http.reception.routes import JsonRoute


def insight_routes(current: CurrentState) -> APIRouter:
    """For those who look at all customers together."""
    router = APIRouter(route_class=JsonRoute, prefix="/v1/insights", tags=["insights"])

    @router.get("/metrics", responses=answers(MetricsAnswer, 409), summary="Metrics by period, and by a dimension")
    def get_insight_metrics(
        metric: Annotated[list[str], Query(description="Only these.", examples=[["revenue"]])] = [],  # noqa: B006
        by: Annotated[str | None, Query(description="A dimension, such as channel; all together without.")] = None,
        grain: Annotated[str, Query(description="day, week, month or quarter.")] = "month",
        last: Annotated[int, Query(ge=1, le=1000, description="How many periods, the latest ones.")] = 24,
        compare: Annotated[
            list[str], Query(description="Two groups of the dimension.", examples=[["web", "store"]])
        ] = [],  # noqa: B006
    ) -> Response:
        question = Question(tuple(metric), by, grain, last, tuple(compare))
        return json_response(answer_metrics(current.state.settings, question))

    @router.get(
        "/metrics/{metric}/people", responses=answers(PeopleAnswer, 409), summary="The customers behind a figure, by id"
    )
    def get_people_behind(
        *,
        metric: str,
        period: Annotated[str, Query(description="A month or a quarter.", examples=["2024-03", "2024-Q1"])],
        by: Annotated[str | None, Query(description="A dimension; all together without.")] = None,
        group: Annotated[str | None, Query(description="Of the dimension; without one those not known.")] = None,
        after: Annotated[str, Query(max_length=512, description="`next` of the answer before.")] = "",
        count: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    ) -> Response:
        state, figure = current.state, Figure(metric, period, by, group)
        return json_response(answer_people(state.settings, state.store, figure, after=after, count=count))

    _journey_routes(router, current)
    return router


def _journey_routes(router: APIRouter, current: CurrentState) -> None:
    @router.get("/journeys", responses=answers(JourneysAnswer, 409), summary="Journeys, step by step, and what is lost")
    def get_insight_journeys(
        journey: Annotated[str | None, Query(description="Only this one.", examples=["purchase"])] = None,
        by: Annotated[str | None, Query(description="A dimension, such as channel; all together without.")] = None,
        last: Annotated[int, Query(ge=0, le=1000, description="Tell apart those of so many months of entry.")] = 0,
    ) -> Response:
        return json_response(answer_journeys(current.state.settings, journey, by, last=last))

    @router.get(
        "/journeys/{journey}/differing",
        responses=answers(TraitsAnswer, 409),
        summary="What those who went on differ in from those who were dropped",
    )
    def get_differing_of_journey(
        journey: Annotated[str, Path(description="The journey.", examples=["purchase"])],
    ) -> Response:
        return json_response(answer_differing(current.state.settings, journey))

    @router.get(
        "/journeys/{journey}/{step}/people",
        responses=answers(JourneyPeopleAnswer, 409),
        summary="The customers behind a number of a journey",
    )
    def get_people_of_journey(
        journey: Annotated[str, Path(description="The journey.", examples=["purchase"])],
        step: Annotated[str, Path(description="One of its steps.", examples=["order"])],
        came: Annotated[Came, Query(description="Those who reached the step, or were dropped after it.")] = "dropped",
        offset: Annotated[int, Query(ge=0, description="How many to pass over.")] = 0,
        limit: Annotated[int, Query(ge=1, le=10_000, description="How many at most.")] = 100,
    ) -> Response:
        state = current.state
        return json_response(
            answer_entries(state.settings, state.store, journey, step, came, offset=offset, limit=limit)
        )

    @router.get(
        "/journeys/{journey}/{step}/winnable",
        responses=answers(WinnablePeopleAnswer, 409),
        summary="Those dropped after a step who could still be won, the best first",
    )
    def get_winnable_of_journey(
        journey: Annotated[str, Path(description="The journey.", examples=["purchase"])],
        step: Annotated[str, Path(description="One of its steps but the last.", examples=["view"])],
        offset: Annotated[int, Query(ge=0, description="How many to pass over.")] = 0,
        limit: Annotated[int, Query(ge=1, le=10_000, description="How many at most.")] = 100,
    ) -> Response:
        state = current.state
        return json_response(answer_winnable(state.settings, state.store, journey, step, offset=offset, limit=limit))
