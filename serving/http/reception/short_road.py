"""The short road to answers: past FastAPI, and where the work is short, past threads and together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import cached_property, partial
from json import JSONDecodeError
from typing import Any, Final, TypeVar, cast

from fastapi import Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from serving.http.reception.body import Body
from serving.http.reception.entrance import Entrance
from serving.http.reception.gathering import Gathering
from serving.http.reception.routes import JsonRequest, JsonRoute

B = TypeVar("B", bound=Body)
Endpoint = Callable[[B], Response]
_TOGETHER: Final = "together"  # under which an endpoint keeps the function


def together(answer: Callable[[Sequence[B]], Iterable[Response]]) -> Callable[[Endpoint[B]], Endpoint[B]]:
    """Let an endpoint's short questions that are alike, and came in at the same time, be answered by this function."""

    def decorate(endpoint: Endpoint[B]) -> Endpoint[B]:
        vars(endpoint)[_TOGETHER] = answer
        return endpoint

    return decorate


class AnswerRoute(JsonRoute):
    """A route of which all that is asked is in the body, and that is asked often.

    What cannot be read is left to FastAPI, which says why. A short question is answered where it came in: to hand it to
    a thread takes as long as to answer it, and threads that take turns hold each other up.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **named: Any) -> None:
        super().__init__(path, endpoint, **named)
        self._gathering = Gathering[Body, Response](vars(endpoint).get(_TOGETHER) or partial(map, self._tell))

    async def answer(self, asked: JsonRequest, entrance: Entrance, work: Callable[[], Awaitable[Response]]) -> Response:
        """The answer to a request that was let in."""
        body = await self._body(asked)
        if body is None:
            return await entrance.answer(work)
        if (alike := body.alike) is not None and entrance.access.is_near:
            return await entrance.answer_here(lambda: self._gathering.ask(body, alike))
        return await entrance.answer(lambda: run_in_threadpool(self._tell, body))

    def _tell(self, body: Body) -> Response:
        return cast(Response, self.endpoint(body=body))

    async def _body(self, asked: JsonRequest) -> Body | None:
        """The body, None for one that is not as it should be."""
        if asked.headers.get("content-type") != "application/json":
            return None
        try:
            return self._model.model_validate(await asked.json())
        except (JSONDecodeError, ValidationError):
            return None

    @cached_property
    def _model(self) -> type[Body]:
        return cast("type[Body]", self.dependant.body_params[0].field_info.annotation)
