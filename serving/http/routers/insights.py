"""Routes about what is happening to customers, answered from the tables of the last refresh."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from serving.http.contract.responses import answers
from serving.http.current.state import CurrentState
from serving.http.insights.contract import MetricsAnswer
from serving.http.insights.metrics import answer_metrics
from serving.http.reception.envelope import json_response
from serving.http.reception.routes import JsonRoute


def insight_routes(current: CurrentState) -> APIRouter:
    """For those who look at all customers together."""
    router = APIRouter(route_class=JsonRoute, prefix="/v1/insights", tags=["insights"])

    @router.get("/metrics", responses=answers(MetricsAnswer), summary="Metrics by period, and by a dimension")
    def get_insight_metrics(
        metric: Annotated[list[str], Query(description="Only these.", examples=[["revenue"]])] = [],  # noqa: B006
        by: Annotated[str | None, Query(description="A dimension, such as channel; all together without.")] = None,
        grain: Annotated[str, Query(description="day, week, month or quarter.")] = "month",
        last: Annotated[int, Query(ge=1, le=1000, description="How many periods, the latest ones.")] = 24,
    ) -> Response:
        return json_response(answer_metrics(current.state.settings, metric, by, grain, last))

    return router
