"""Routes of messages: events in, a verdict on each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fastapi import APIRouter, Response

from serving.http.answers.events import answer_batch, answer_message
from serving.http.answers.requests import BatchRequest
from serving.http.contract.errors import ErrorAnswer
from serving.http.contract.messages import MessagesAnswer, RejectedMessages
from serving.http.contract.responses import ERRORS, OF_BODIES, Responses, answers
from serving.http.current.state import CurrentState
from serving.http.reception.envelope import json_response
from serving.http.reception.routes import MessageRoute
from serving.segment_spec.batch import as_history, messages_of
from serving.segment_spec.paths import BATCHES, IMPORT, PATHS, SHORT

_SUMMARIES: Final = {IMPORT: "The same of what happened long ago: times are taken as they are told"}
_OF_MESSAGE: Final = answers(MessagesAnswer, *OF_BODIES)
_OF_BATCH: Final = _OF_MESSAGE | {422: {"description": ERRORS[422], "model": RejectedMessages | ErrorAnswer}}


def message_routes(current: CurrentState) -> APIRouter:
    """Messages in batches and one by one, by long paths and by the short ones of libraries for browsers."""
    router = APIRouter(route_class=MessageRoute, tags=["messages"])

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

    for path in BATCHES:
        summary = _SUMMARIES.get(path, "Segment Spec messages, each with its verdict")
        _add_post(router, path, summary, _OF_BATCH, post_import if path == IMPORT else post_batch)
    for path, type_ in PATHS.items():
        _add_post(router, path, f"One Segment {type_} message", _OF_MESSAGE, post_of(type_))
    return router


def _add_post(
    router: APIRouter, path: str, summary: str, responses: Responses, answer: Callable[..., Response]
) -> None:
    name = f"post_{path.rpartition('/')[2]}"
    add = router.post(path, name=name, responses=responses, summary=summary, include_in_schema=path not in SHORT)
    add(answer)
