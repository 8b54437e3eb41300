"""Routes of segments: counted while they are written, listed, explained."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from serving.http.contract.responses import OF_BODIES, answers
from serving.http.current.state import CurrentState
from serving.http.insights.contract.segments import (
    ComparisonAnswer,
    CountAnswer,
    MembersAnswer,
    MovesAnswer,
    SegmentAnswer,
    SegmentsAnswer,
    WhyAnswer,
)
from serving.http.insights.requests import CountRequest
from serving.http.insights.segments import (
    answer_comparison,
    answer_count,
    answer_members,
    answer_moves,
    answer_segment,
    answer_segments,
    answer_why,
)
from serving.http.reception.envelope import json_response
from serving.http.reception.routes import JsonRoute

PATH = "/v1/insights/segments"
ONE = f"{PATH}/{{segment}}"
Segment = Annotated[str, Path(description="Its name in the settings.", examples=["slipping"])]
Channel = Annotated[str | None, Query(description="Also how many can be reached on it.", examples=["email"])]


def segment_routes(current: CurrentState) -> APIRouter:
    """For those who choose whom something concerns."""
    router = APIRouter(route_class=JsonRoute, tags=["insights"])

    @router.get(PATH, responses=answers(SegmentsAnswer, 409), summary="All segments, and how many each holds")
    def get_segments() -> Response:
        return json_response(answer_segments(current.state))

    @router.post(
        "/v1/insights/count", responses=answers(CountAnswer, 409, *OF_BODIES), summary="How many a rule holds for"
    )
    def post_count(body: CountRequest) -> Response:
        return json_response(answer_count(current.state, body))

    @router.get(f"{ONE}/members", responses=answers(MembersAnswer, 404, 409), summary="Who is in a segment, by id")
    def get_members(
        segment: Segment,
        after: Annotated[str | None, Query(description="`next` of the page before.")] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        channel: Annotated[str | None, Query(description="Also who cannot be reached on it, and why.")] = None,
    ) -> Response:
        return json_response(answer_members(current.state, segment, after, limit, channel))

    @router.get(
        f"{ONE}/moves", responses=answers(MovesAnswer, 404, 409), summary="Who entered a segment, and who left it"
    )
    def get_moves(
        segment: Segment,
        at: Annotated[str | None, Query(description="The `as_of` of a refresh; the last one when left out.")] = None,
    ) -> Response:
        return json_response(answer_moves(current.state, segment, at))

    @router.get(
        f"{ONE}/why", responses=answers(WhyAnswer, 404, 409), summary="Why a customer is in a segment now, or not"
    )
    def get_why(
        segment: Segment, profile: Annotated[str, Query(description="An identifier as `id_type:id`.")]
    ) -> Response:
        return json_response(answer_why(current.state, segment, profile))

    @router.get(
        f"{ONE}/comparison", responses=answers(ComparisonAnswer, 404, 409), summary="What two segments differ in"
    )  # fmt: skip
    def get_comparison(
        segment: Segment, versus: Annotated[str, Query(description="Another segment.", examples=["slipping"])]
    ) -> Response:
        return json_response(answer_comparison(current.state, segment, versus))

    @router.get(
        ONE, responses=answers(SegmentAnswer, 404, 409), summary="A segment: how many, why others are not, history"
    )
    def get_segment(segment: Segment, channel: Channel = None) -> Response:
        return json_response(answer_segment(current.state, segment, channel))

    return router
