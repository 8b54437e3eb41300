"""The HTTP interface: events in, profiles, scores and decisions out."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

import bentoml
import orjson
from fastapi import FastAPI, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.routing import APIRoute
from starlette.staticfiles import StaticFiles

from features.errors import StamkundError
from serving.http.answers import decide, profile, scores, take
from serving.http.envelope import Guard, answer, error_body, refuse
from serving.http.requests import BatchRequest, DecisionRequest, ScoresRequest
from serving.http.state import Live, State
from serving.segment_spec.messages import TYPES

PAGE = Path(bentoml.__file__).parent / "_internal/server/static_content"  # swagger-ui, so that /docs needs no network
ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"description": text, "content": {"application/json": {"example": error_body(code, "…", None)}}}
    for status, code, text in (
        (400, "malformed_json", "Not JSON"),
        (413, "body_too_large", "Over the limit"),
        (422, "invalid_request", "Something in the request is wrong"),
        (503, "no_model", "No model is registered"),
    )
}


class _Json(Request):
    async def json(self) -> Any:
        """The body; NaN, lone surrogates and the like are malformed."""
        return orjson.loads(await self.body())


class _Route(APIRoute):
    """A route that reads bodies with orjson."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            return await handler(_Json(request.scope, request.receive))

        return handle


def create_app(live: Live) -> Guard:
    """The ASGI application that answers from a live state."""
    app = FastAPI(
        title="Stamkund",
        version="1",
        description="Events in, profiles, scores and decisions out. Amounts are in units of the reporting currency.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    app.router.route_class = _Route
    refuse(app)
    _answers(app, live)
    _events(app, live)
    _page(app)
    return Guard(app, live.state.settings.serving.body_limit)


def _answers(app: FastAPI, live: Live) -> None:
    @app.post("/v1/scores", responses=ERRORS, summary="Scores of customers")
    def post_scores(body: ScoresRequest) -> Response:
        return answer(scores(live.state, body))

    @app.post("/v1/decisions", responses=ERRORS, summary="The best offers for a customer now")
    def post_decisions(body: DecisionRequest) -> Response:
        return answer(decide(live.state, body))

    @app.get("/v1/profiles/{key:path}", responses=ERRORS, summary="A customer: traits, features, scores")
    def get_profile(key: str, as_of: str | None = None) -> Response:
        return answer(profile(live.state, key, as_of=as_of))


def _events(app: FastAPI, live: Live) -> None:
    @app.post("/v1/batch", responses=ERRORS, summary="Segment Spec messages, each with its verdict")
    def post_batch(body: BatchRequest) -> Response:
        return answer(take(live.state, body.batch))

    def one(type_: str) -> Callable[[dict[str, object]], Response]:
        def post(body: dict[str, object]) -> Response:
            return answer(_taken(live.state, {**body, "type": type_}))

        return post

    for type_ in TYPES:
        app.post(f"/v1/{type_}", responses=ERRORS, summary=f"One Segment {type_} message")(one(type_))


def _taken(state: State, message: Mapping[str, object]) -> dict[str, object]:
    """As for a batch of one, but refusing the message refuses the request."""
    told = take(state, [message])
    verdict = told["results"][0]  # type: ignore[index]
    if verdict.status == "rejected":
        raise StamkundError(verdict.code, verdict.message, field=verdict.field)
    return told


def _page(app: FastAPI) -> None:
    app.mount("/static", StaticFiles(directory=PAGE), name="static")

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return get_swagger_ui_html(
            openapi_url="openapi.json",
            title="Stamkund",
            swagger_js_url="static/swagger-ui-bundle.js",
            swagger_css_url="static/swagger-ui.css",
            swagger_favicon_url="static/favicon-light-32x32.png",
        )

    @app.get("/", include_in_schema=False)
    async def front() -> Response:
        return Response(status_code=307, headers={"location": "docs"})
