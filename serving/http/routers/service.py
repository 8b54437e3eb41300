"""Routes about the service itself: who asks, how fresh it is, what it rejected, and what its codes say."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from features.errors import StamkundError
from features.texts.catalogue import LANGUAGES, texts_in
from serving.http.answers.status import answer_me, answer_status
from serving.http.contract.messages import RejectedAnswer
from serving.http.contract.responses import answers
from serving.http.contract.status import MeAnswer, StatusAnswer, TextsAnswer
from serving.http.current.state import CurrentState
from serving.http.reception.envelope import json_response
from serving.http.reception.rejected import LARGEST, answer_rejected
from serving.http.reception.routes import JsonRoute


def service_routes(current: CurrentState) -> APIRouter:
    """For those who build on the service, and who run it."""
    router = APIRouter(route_class=JsonRoute, tags=["service"])

    @router.get("/v1/me", responses=answers(MeAnswer), summary="What the key that asks opens")
    def get_me(request: Request) -> Response:
        return json_response(answer_me(request.state.key))

    @router.get("/v1/status", responses=answers(StatusAnswer), summary="How fresh build, events and models are")
    def get_status() -> Response:
        return json_response(answer_status(current.state))

    @router.get(
        "/v1/rejected", responses=answers(RejectedAnswer), summary="Messages that were rejected lately, newest first"
    )
    def get_rejected(
        before: Annotated[int | None, Query(ge=1, le=LARGEST, description="`next` of the answer before.")] = None,
        count: Annotated[int, Query(ge=1, le=1000)] = 100,
        code: str | None = None,
    ) -> Response:
        return json_response(
            answer_rejected(current.state.settings, current.state.store, before=before, count=count, code=code)
        )

    @router.get("/v1/texts", responses=answers(TextsAnswer), summary="What codes say, in a language")
    def get_texts(lang: str | None = None) -> Response:
        language = current.state.settings.language if lang is None else lang
        if language not in LANGUAGES:
            raise StamkundError.unknown("unknown_language", "language", language, LANGUAGES, field="lang")
        return json_response({"language": language, "languages": [*LANGUAGES], "texts": texts_in(language)})

    return router
