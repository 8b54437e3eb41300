"""The HTTP interface: events in, profiles, scores and decisions out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bentoml
from fastapi import FastAPI, Response
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import PlainTextResponse
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from features.units import SECOND
from serving.http.access.access import Access
from serving.http.contract.document import describe
from serving.http.contract.responses import TEXT, errors
from serving.http.current.freshness import Freshness
from serving.http.current.state import CurrentState
from serving.http.limits.bodies import Bodies
from serving.http.reception.entrance import Entrance
from serving.http.reception.envelope import Guard, add_error_handlers
from serving.http.reception.heads import Heads
from serving.http.reception.origins import Origins
from serving.http.reception.routes import JsonRoute, take_every_path
from serving.http.routers.candidates import candidate_routes
from serving.http.routers.customers import answer_routes, profile_routes, search_routes
from serving.http.routers.flows import flow_routes
from serving.http.routers.insights import insight_routes
from serving.http.routers.jobs import job_routes
from serving.http.routers.messages import message_routes
from serving.http.routers.segments import segment_routes
from serving.http.routers.service import service_routes
from serving.segment_spec.paths import BATCHES, PATHS
from serving.telemetry.metrics import Metrics
from serving.telemetry.request_id import RequestIds
from serving.telemetry.spans import RequestSpans, tracing

SWAGGER_UI = Path(bentoml.__file__).parent / "_internal/server/static_content"  # so that /docs needs no network


class _App(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """The API's description, with what all operations have in common."""
        return describe(super().openapi())


def create_app(current: CurrentState) -> ASGIApp:
    """The ASGI application that answers each request from the state that is current then."""
    take_every_path()
    app = _App(
        title="Stamkund",
        version="1",
        description="Events in, profiles, scores and decisions out. Amounts are in units of the reporting currency.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
    )
    app.router.route_class = JsonRoute
    limits = current.state.settings.serving
    app.state.entrance = Entrance.of(Access(lambda: current.state.store), limits, current.pulse)
    language = current.state.settings.language
    add_error_handlers(app, language)
    every = (
        answer_routes, search_routes, profile_routes, message_routes, candidate_routes, insight_routes, job_routes,
        flow_routes, segment_routes, service_routes,
    )  # fmt: skip
    for routes in every:
        app.router.routes.extend(routes(current).routes)  # an included router takes a while at each request
    _add_page(app)
    app.state.body_limit = limits.body_limit
    bodies = Bodies(limits.body_limit, together=limits.bodies_limit, timeout=limits.timeout / SECOND)
    guarded = Origins(Guard(app, bodies, language), limits.origins, (*BATCHES, *PATHS), language)
    metrics = Metrics(guarded if tracing.tracer is None else RequestSpans(guarded), Freshness(current))
    summary = "How many requests were answered, and how long that took: for Prometheus"
    responses = TEXT | errors()
    add = app.get(
        "/metrics",
        name="get_metrics",
        tags=["service"],
        responses=responses,
        response_class=PlainTextResponse,
        summary=summary,
    )
    add(metrics.answer)
    return RequestIds(Heads(metrics))


def _add_page(app: FastAPI) -> None:
    app.mount("/static", StaticFiles(directory=SWAGGER_UI), name="static")

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
    async def root() -> Response:
        return Response(status_code=307, headers={"location": "docs"})
