"""Routes that let in who may ask, and read bodies exactly."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from typing import Any, Final, get_origin

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.convertors import PathConvertor, register_url_convertor
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope

from features.errors import StamkundError
from serving.http.access.scopes import NEEDED, OPEN, OPEN_HERE
from serving.http.reception.compression import unpack
from serving.http.reception.entrance import Entrance
from serving.http.reception.malformed import located
from serving.reading.repeated_names import read_clearly
from serving.segment_spec.event.numerals import read_json

SHORT: Final = 20_000  # bytes, which are read in less time than a thread takes


async def _read(read: Callable[[bytes], object], body: bytes) -> object:
    """What a body says; a long one does not keep other requests waiting."""
    try:
        return read(body) if len(body) < SHORT else await run_in_threadpool(read, body)
    except json.JSONDecodeError as error:
        raise located(error, body) from None


class JsonRequest(Request):
    """A request whose body is read once, with orjson."""

    _unpacked: bytes | None = None

    async def body(self) -> bytes:
        """The body, unpacked."""
        if self._unpacked is None:
            encoding, limit = self.headers.get("content-encoding"), self.app.state.body_limit
            self._unpacked = unpack(await super().body(), encoding, limit)
        return self._unpacked

    async def json(self) -> Any:
        """The body; NaN, lone surrogates, names that stand twice and the like are malformed."""
        return await _read(read_clearly, await self.body())

    async def key(self) -> str | None:
        """The key that is in the body; there is none."""
        return None


class _MessageRequest(JsonRequest):
    """A request of messages: JSON whatever it says that it is, with every digit of its numbers, and perhaps a key.

    Segment's library for browsers says ``text/plain``.
    """

    _content: Any = None

    def __init__(self, scope: Scope, receive: Receive) -> None:
        others = [header for header in scope["headers"] if header[0] != b"content-type"]
        super().__init__({**scope, "headers": [*others, (b"content-type", b"application/json")]}, receive)

    async def json(self) -> Any:
        if self._content is None:
            self._content = await _read(read_json, await self.body())
        return self._content

    async def key(self) -> str | None:
        """The key that Segment's libraries write into the body, where nothing else tells one."""
        try:
            content = await self.json()
        except json.JSONDecodeError:
            return None
        key = content.get("writeKey") if isinstance(content, Mapping) else None
        return key if isinstance(key, str) else None


class JsonRoute(APIRoute):
    """A route that asks the application's ``state.entrance`` before it reads a body, with orjson.

    Which scope it needs must be declared in ``access/scopes.py``.
    """

    request: type[JsonRequest] = JsonRequest

    def __init__(self, path: str, endpoint: Callable[..., Any], **named: Any) -> None:
        """Let clients call the route's operation as its function is called."""
        super().__init__(path, endpoint, **named | {"operation_id": named.get("name") or endpoint.__name__})

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Ask for the key, then do what the route does."""
        handler, (method,) = super().get_route_handler(), self.methods or {""}
        route = f"{method} {self.path}"
        if route not in NEEDED and route not in OPEN:
            raise LookupError(route)

        async def handle(request: Request) -> Response:
            asked = self.request(request.scope, request.receive)
            entrance: Entrance = request.app.state.entrance
            if route in OPEN or route in OPEN_HERE:  # nothing that takes long
                asked.state.key = await entrance.access.check(request, route, asked.key)
                return await handler(asked)
            asked.state.key = await entrance.check(asked, route, asked.key)
            if request.scope["query_string"]:
                self.check_query(asked)
            if self.body_field is not None:
                await asked.body()  # FastAPI would give the mistakes in it a shape of its own
            return await self.answer(asked, entrance, lambda: handler(asked))

        return handle

    def check_query(self, asked: JsonRequest) -> None:
        """Raise ``invalid_request`` where a parameter is none of the route's, or comes twice where it counts once."""
        known = {field.alias: get_origin(field.field_info.annotation) is list for field in self.dependant.query_params}
        came: set[str] = set()
        for name, _ in asked.query_params.multi_items():
            if name not in known:
                raise StamkundError("invalid_request.extra_forbidden", at=name, field=name)
            if name in came and not known[name]:
                raise StamkundError("invalid_request.repeated", at=name, field=name)
            came.add(name)

    async def answer(self, _: JsonRequest, entrance: Entrance, work: Callable[[], Awaitable[Response]]) -> Response:
        """The answer to a request that was let in, as FastAPI makes it."""
        return await entrance.answer(work)


class MessageRoute(JsonRoute):
    """A route of messages, whose key may be in the body."""

    request = _MessageRequest

    def check_query(self, asked: JsonRequest) -> None:
        """Let any parameter through: libraries of others send their own."""


class _AnyText(PathConvertor):
    regex = "(?s:.*)"


def take_every_path() -> None:
    """Let the routes that are made from now on take paths with line breaks, too, which would lead nowhere."""
    register_url_convertor("path", _AnyText())


def methods_of(routes: Iterable[BaseRoute], scope: Scope) -> str:
    """The methods that a path takes, as the header Allow tells them."""
    taken = [
        route.methods or () for route in routes if isinstance(route, Route) and route.matches(scope)[0] != Match.NONE
    ]
    methods = {method for methods in taken for method in methods}
    return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
