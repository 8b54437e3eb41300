"""The HTTP interface: events in, profiles, scores and decisions out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import bentoml
from fastapi import APIRouter, FastAPI, Query, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.staticfiles import StaticFiles

from features.texts.catalogue import LANGUAGES, texts_in
from features.units import SECOND
from serving.http.access.access import Access
from serving.http.access.scopes import describe_scopes
from serving.http.answers.decisions import answer_decision
from serving.http.answers.events import answer_batch, answer_message
from serving.http.answers.privacy import answer_erasure, answer_export
from serving.http.answers.profiles import answer_profile
from serving.http.answers.requests import BatchRequest, DecisionRequest, ScoresRequest
from serving.http.answers.scores import answer_scores
from serving.http.answers.status import answer_me, answer_status
from serving.http.answers.timeline import answer_timeline
from serving.http.current.state import CurrentState
from serving.http.limits.bodies import Bodies
from serving.http.reception.entrance import Entrance
from serving.http.reception.envelope import Guard, add_error_handlers, error_body, json_response
from serving.http.reception.origins import Origins
from serving.http.reception.rejected import LARGEST, answer_rejected
from serving.http.reception.routes import JsonRoute, MessageRoute
from serving.http.telemetry.metrics import Metrics
from serving.segment_spec.batch import as_history, messages_of
from serving.segment_spec.paths import BATCHES, IMPORT, PATHS, SHORT

SWAGGER_UI = Path(bentoml.__file__).parent / "_internal/server/static_content"  # so that /docs needs no network
ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"description": text, "content": {"application/json": {"example": error_body(code, "…", None)}}}
    for status, code, text in (
        (400, "malformed_json", "Not JSON"),
        (401, "missing_key", "No key, or one that opens nothing"),
        (403, "missing_scope", "A key without the scope that this needs"),
        (408, "body_too_slow", "The body did not come in time"),
        (413, "body_too_large", "Over the limit"),
        (422, "invalid_request", "Something in the request is wrong"),
        (429, "too_many_requests", "More than this key may ask; Retry-After says when to ask again"),
        (
            503,
            "overloaded",
            "Not now; Retry-After says when to ask again, unless it is for the service's owner to mend",
        ),
    )
}


class _App(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """The API's description, with the keys that it needs."""
        document = super().openapi()
        describe_scopes(document)
        return document


def create_app(current: CurrentState) -> Metrics:
    """The ASGI application that answers each request from the state that is current then."""
    app = _App(
        title="Stamkund",
        version="1",
        description="Events in, profiles, scores and decisions out. Amounts are in units of the reporting currency.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    app.router.route_class = JsonRoute
    limits = current.state.settings.serving
    app.state.entrance = Entrance.of(Access(lambda: current.state.store), limits, current.pulse)
    add_error_handlers(app)
    _add_answers(app, current)
    app.include_router(_events(current))
    _add_page(app)
    app.state.body_limit = limits.body_limit
    bodies = Bodies(limits.body_limit, together=limits.bodies_limit, timeout=limits.timeout / SECOND)
    metrics = Metrics(Origins(Guard(app, bodies), limits.origins, (*BATCHES, *PATHS)))
    app.get("/metrics", include_in_schema=False)(metrics.answer)
    return metrics


def _add_answers(app: FastAPI, current: CurrentState) -> None:
    @app.post("/v1/scores", responses=ERRORS, summary="Scores of customers")
    def post_scores(body: ScoresRequest) -> Response:
        return json_response(answer_scores(current.state, body))

    @app.post("/v1/decisions", responses=ERRORS, summary="The best offers for a customer now")
    def post_decisions(body: DecisionRequest) -> Response:
        return json_response(answer_decision(current.state, body))

    @app.get("/v1/rejected", responses=ERRORS, summary="Messages that were rejected lately, newest first")
    def get_rejected(
        before: Annotated[int | None, Query(ge=1, le=LARGEST, description="`next` of the answer before.")] = None,
        count: Annotated[int, Query(ge=1, le=1000)] = 100,
        code: str | None = None,
    ) -> Response:
        return json_response(
            answer_rejected(current.state.settings, current.state.store, before=before, count=count, code=code)
        )

    @app.get("/v1/profiles/{key:path}/export", responses=ERRORS, summary="Everything that is held of a person")
    def get_export(key: str) -> Response:
        return json_response(answer_export(current.state, key))

    @app.get("/v1/profiles/{key:path}/events", responses=ERRORS, summary="What happened to a customer, latest first")
    def get_timeline(
        key: str,
        kind: Annotated[list[str], Query(description="Only entries of these kinds.")] = [],  # noqa: B006
        limit: Annotated[int, Query(ge=1, le=1000)] = 50,
        cursor: Annotated[str | None, Query(description="The `next` of the page before.")] = None,
        as_of: str | None = None,
    ) -> Response:
        answer = answer_timeline(current.state, key, kinds=kind, limit=limit, cursor=cursor, as_of=as_of)
        return json_response(answer)

    @app.get("/v1/me", responses=ERRORS, summary="What the key that asks opens")
    def get_me(request: Request) -> Response:
        return json_response(answer_me(request.state.key))

    @app.get("/v1/status", responses=ERRORS, summary="How fresh build, events and models are")
    def get_status() -> Response:
        return json_response(answer_status(current.state))

    @app.delete("/v1/profiles/{key:path}", responses=ERRORS, summary="Erase a person; the receipt")
    def delete_profile(key: str, *, suppress: bool = False) -> Response:
        return json_response(answer_erasure(current.state, key, suppress=suppress))

    @app.get("/v1/profiles/{key:path}", responses=ERRORS, summary="A customer: traits, features, scores")
    def get_profile(key: str, as_of: str | None = None) -> Response:
        return json_response(answer_profile(current.state, key, as_of=as_of))

    @app.get("/v1/texts", responses=ERRORS, summary="What codes say, in a language")
    def get_texts(lang: str | None = None) -> Response:
        language = current.state.settings.language if lang is None else lang
        texts = texts_in(language, field="lang")
        return json_response({"language": language, "languages": [*LANGUAGES], "texts": texts})


def _events(current: CurrentState) -> APIRouter:
    router = APIRouter(route_class=MessageRoute)

    def post_batch(body: BatchRequest, *, strict: bool = False) -> Response:
        messages = messages_of(body.batch, sent_at=body.sentAt, context=body.context)
        return answer_batch(current.state, list(messages), strict=strict)

    def post_import(body: BatchRequest, *, strict: bool = False) -> Response:
        messages = messages_of(body.batch, sent_at=None, context=body.context)
        return answer_batch(current.state, list(as_history([*messages])), strict=strict)

    def post_of(type_: str) -> Callable[[dict[str, object]], Response]:
        def post(body: dict[str, object]) -> Response:
            return json_response(answer_message(current.state, {**body, "type": type_}))

        return post

    summaries = {IMPORT: "The same of what happened long ago: times are taken as they are told"}
    for path in BATCHES:
        summary = summaries.get(path, "Segment Spec messages, each with its verdict")
        _add_post(router, path, summary, post_import if path == IMPORT else post_batch)
    for path, type_ in PATHS.items():
        _add_post(router, path, f"One Segment {type_} message", post_of(type_))
    return router


def _add_post(router: APIRouter, path: str, summary: str, answer: Callable[..., Response]) -> None:
    router.post(path, responses=ERRORS, summary=summary, include_in_schema=path not in SHORT)(answer)


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
