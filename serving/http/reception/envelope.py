"""What every response has in common: one shape of errors, and a limit on the body of its request."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from json import JSONDecodeError
from typing import Any, Final

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from features.errors import StamkundError
from features.texts.catalogue import LANGUAGES
from serving.http.limits.bodies import Bodies
from serving.http.reception.malformed import malformed_json
from serving.http.reception.routes import methods_of
from serving.telemetry.endpoint import endpoint
from serving.telemetry.failures import trace
from serving.telemetry.requests import ERRORS

log = logging.getLogger("stamkund.serving")
STATUS: Final = {
    "missing_key": 401,
    "unknown_key": 401,
    "expired_key": 401,
    "revoked_key": 401,
    "missing_scope": 403,
    "no_keys": 403,
    "unknown_customer": 404,
    "unknown_decision": 404,
    "unknown_job": 404,
    "unknown_candidate": 404,
    "unknown_segment": 404,
    "not_found": 404,
    **dict.fromkeys(("job_over", "request_id_reused", "candidate_exists", "no_insights"), 409),
    "candidate_changed": 412,
    "malformed_json": 400,
    "malformed_gzip": 400,
    "unsupported_encoding": 415,
    "body_too_large": 413,
    "no_model": 503,
    "feature_set_mismatch": 503,
    "no_feature_set": 503,
    "model_corrupt": 503,
    "registry_unavailable": 503,
    "old_feature_set": 503,
    "feature_set_corrupt": 503,
    "registry_not_writable": 503,
    "unknown_target_type": 503,
    "old_records": 503,
    **dict.fromkeys(("other_privacy_key", "other_hashing", "not_hashed_yet"), 503),
    "lake_corrupt": 503,
    "other_insights_format": 503,
    "other_lake_format": 503,
    **dict.fromkeys(("store_unavailable", "store_read_only", "store_full", "store_corrupt"), 503),
    **dict.fromkeys(("overloaded", "timed_out"), 503),
    "too_many_requests": 429,
    "body_too_slow": 408,
    "foreign_origin": 403,
    "internal_error": 500,
}
CODES: Final = {
    404: "not_found",
    405: "method_not_allowed",
    415: "unsupported_media_type",
}
BEARER: Final = 'Bearer realm="stamkund"'
CHALLENGES: Final = {  # RFC 6750
    "missing_key": BEARER,
    **dict.fromkeys(("unknown_key", "expired_key", "revoked_key"), f'{BEARER}, error="invalid_token"'),
    "missing_scope": f'{BEARER}, error="insufficient_scope"',
}
RETRY_AFTER: Final = {  # seconds
    **dict.fromkeys(("overloaded", "too_many_requests"), 1),
    **dict.fromkeys(("store_unavailable", "store_read_only", "store_full", "timed_out"), 5),
}
UNREAD: Final = ("body_too_large", "body_too_slow")  # what is still to come of the body is not read
NONE: Final[Mapping[str, object]] = {}


def error_response(
    error: StamkundError, language: str, *, status: int | None = None, beside: Mapping[str, object] = NONE
) -> Response:
    """An error as a response, in the one shape of all, and what is told ``beside`` it; it is counted."""
    ERRORS.labels(error.code).inc()
    said = {
        "www-authenticate": CHALLENGES.get(error.code),
        "retry-after": RETRY_AFTER.get(error.code),
        "connection": "close" if error.code in UNREAD else None,
    }
    headers = {name: str(value) for name, value in said.items() if value is not None}
    body = {"error": error.answer(language), **beside}
    return json_response(body, status or STATUS.get(error.code, 422), headers)


def json_text(content: object) -> str:
    """Content as JSON for people, NaN as null."""
    option = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS | orjson.OPT_INDENT_2
    return orjson.dumps(content, option=option).decode()


def json_response(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A response in JSON; NaN is null."""
    body = orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS)
    return Response(body, status_code=status, media_type="application/json", headers=headers)


def add_error_handlers(app: FastAPI, language: str) -> None:
    """Let an application answer every error in the one shape, and in a language."""

    @app.exception_handler(StamkundError)
    async def user_error(request: Request, error: StamkundError) -> Response:
        if error.code == "timed_out":
            told = {"event": error.code, "endpoint": endpoint(request.scope)}
            log.warning("A request was not answered in time.", extra=told)
        return error_response(error, language)

    @app.exception_handler(RequestValidationError)
    async def invalid_request(_: Request, error: RequestValidationError) -> Response:
        unread = error.__cause__
        told = malformed_json(unread) if isinstance(unread, JSONDecodeError) else invalid(error.errors())
        return error_response(told, language)

    @app.exception_handler(StarletteHTTPException)
    async def protocol_error(request: Request, error: StarletteHTTPException) -> Response:
        code = CODES.get(error.status_code, "http_error")
        asked = {"method": request.method, "path": request.url.path, "reason": str(error.detail)}
        response = error_response(StamkundError(code, **asked), language, status=error.status_code)
        response.headers.update(error.headers or {})
        if error.status_code == 405:  # Starlette tells the methods of one of a path's routes
            response.headers["allow"] = methods_of(request.app.routes, request.scope)
        return response

    @app.exception_handler(Exception)
    async def internal_error(_: Request, __: Exception) -> Response:
        return error_response(StamkundError("internal_error"), language)


def invalid(problems: Sequence[Mapping[str, Any]]) -> StamkundError:
    """The error of a request that breaks its schema, by the first of the problems that were found.

    >>> invalid([{"type": "list_type", "loc": ("body", "profiles"), "msg": "Input should be a valid list"}]).params
    {'case': 'list_type', 'at': 'profiles', 'reason': 'Input should be a valid list', 'more': 0}
    """
    first, bounds = problems[0], problems[0].get("ctx", {})
    field, case = _field(first["loc"]), f"invalid_request.{first['type']}"
    told = {name: value for name, value in bounds.items() if isinstance(value, str | int | float)}
    params = {"at": field or "body", "reason": first["msg"], "more": len(problems) - 1} | told
    known = f"error.{case}" in LANGUAGES["en"]
    return StamkundError(case if known else "invalid_request", field=field or None, **params)


def _field(loc: tuple[int | str, ...]) -> str:
    """Where in a request something is wrong, such as ``profiles[0].id``."""
    inside = loc[1:]  # what is before says whether it is of the body or of the query
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in inside]
    return "".join(parts).removeprefix(".")


class Guard:
    """Logs what fails, and stops a body over the limit while it streams in."""

    def __init__(self, app: ASGIApp, bodies: Bodies, language: str) -> None:
        self.app, self.bodies, self._language = app, bodies, language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        length = dict(scope["headers"]).get(b"content-length", b"")
        if length.isdigit() and int(length) > self.bodies.limit:
            await error_response(self.bodies.too_large, self._language)(scope, receive, send)
            return
        try:
            with self.bodies.limited(receive) as receive_limited:
                await self.app(scope, receive_limited, send)
        except ClientDisconnect:  # who asked has gone: there is nobody to answer
            return
        except Exception as error:  # that has been answered: whoever else logged it would repeat its words
            told = {"event": "request_failed", "endpoint": endpoint(scope), "trace": trace(error)}
            log.error("A request failed by a mistake of ours.", extra=told)
