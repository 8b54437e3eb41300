"""Routes that let in who may ask, and read bodies exactly."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute

from serving.http.access.scopes import NEEDED, OPEN
from serving.segment_spec.event.numerals import read_json


class _JsonRequest(Request):
    async def json(self) -> Any:
        """The body; NaN, lone surrogates and the like are malformed."""
        return orjson.loads(await self.body())


class _ExactRequest(Request):
    async def json(self) -> Any:
        """The same, with every digit of its numbers."""
        return read_json(await self.body())


class JsonRoute(APIRoute):
    """A route that asks the application's ``state.access`` before it reads a body, with orjson.

    Which scope it needs must be declared in ``access/scopes.py``.
    """

    request: type[Request] = _JsonRequest

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Ask for the key, then do what the route does."""
        handler, (method,) = super().get_route_handler(), self.methods or {""}
        route = f"{method} {self.path}"
        if route not in NEEDED and route not in OPEN:
            raise LookupError(route)

        async def handle(request: Request) -> Response:
            await request.app.state.access.check(request, route)
            return await handler(self.request(request.scope, request.receive))

        return handle


class ExactRoute(JsonRoute):
    """The same, with every digit of the numbers in a body."""

    request = _ExactRequest
