"""What every response has in common: one shape of errors, and a limit on the body of its request."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Final

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from features.errors import StamkundError
from serving.http.limits.bodies import CLOSE, Bodies
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
    "unknown_job": 404,
    "not_found": 404,
    **dict.fromkeys(("job_over", "request_id_reused"), 409),
    "malformed_json": 400,
    "malformed_gzip": 400,
    "unsupported_encoding": 415,
    "body_too_large": 413,
    "no_model": 503,
    "feature_set_mismatch": 503,
    "no_feature_set": 503,
    "old_feature_set": 503,
    "feature_set_corrupt": 503,
    "registry_not_writable": 503,
    "unknown_target_type": 503,
    "old_records": 503,
    **dict.fromkeys(("other_privacy_key", "other_hashing", "not_hashed_yet"), 503),
    "lake_corrupt": 503,
    "other_lake_format": 503,
    **dict.fromkeys(("store_unavailable", "store_read_only", "store_full", "store_corrupt"), 503),
    **dict.fromkeys(("overloaded", "timed_out"), 503),
    "too_many_requests": 429,
}
CODES: Final = {
    404: "not_found",
    405: "method_not_allowed",
    408: "body_too_slow",
    413: "body_too_large",
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


def error_body(code: str, message: str, field: str | None = None) -> dict[str, object]:
    """The one shape of an error.

    >>> error_body("no_model", "No model is registered.")
    {'error': {'code': 'no_model', 'message': 'No model is registered.', 'field': None}}
    """
    return {"error": {"code": code, "message": message, "field": field}}


def json_text(content: object) -> str:
    """Content as JSON for people, NaN as null."""
    option = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS | orjson.OPT_INDENT_2
    return orjson.dumps(content, option=option).decode()


def json_response(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A response in JSON; NaN is null."""
    body = orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS)
    return Response(body, status_code=status, media_type="application/json", headers=headers)


def error_response(
    code: str, message: str, status: int, *, field: str | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """An error as a response, which is counted."""
    ERRORS.labels(code).inc()
    return json_response(error_body(code, message, field), status, headers)


def add_error_handlers(app: FastAPI) -> None:
    """Let an application answer every error in the one shape."""

    @app.exception_handler(StamkundError)
    async def user_error(request: Request, error: StamkundError) -> Response:
        if error.code == "timed_out":
            told = {"event": error.code, "endpoint": endpoint(request.scope)}
            log.warning("A request was not answered in time.", extra=told)
        said = {"www-authenticate": CHALLENGES.get(error.code), "retry-after": RETRY_AFTER.get(error.code)}
        headers = {name: str(value) for name, value in said.items() if value is not None}
        status = STATUS.get(error.code, 422)
        return error_response(error.code, str(error), status, field=error.field, headers=headers)

    @app.exception_handler(RequestValidationError)
    async def invalid_request(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        if first["type"] == "json_invalid":
            reason = first.get("ctx", {}).get("error", "")
            return error_response("malformed_json", f"The body is not JSON: {reason}.", 400)
        field = _field(first["loc"])
        more = len(error.errors()) - 1
        message = f"{field}: {first['msg']}" + (f" (and {more} more)" if more else "")
        return error_response("invalid_request", message, 422, field=field or None)

    @app.exception_handler(StarletteHTTPException)
    async def protocol_error(request: Request, error: StarletteHTTPException) -> Response:
        code = CODES.get(error.status_code, "http_error")
        message = str(error.detail)
        if error.status_code in (404, 405):
            message = f"{request.method} {request.url.path}: {message}. See /docs for what there is."
        return error_response(code, message, error.status_code, headers=error.headers)

    @app.exception_handler(Exception)
    async def internal_error(_: Request, __: Exception) -> Response:
        message = "This is a mistake of ours, not of yours; the log has it under this Request-Id."
        return error_response("internal_error", message, 500)


def _field(loc: tuple[int | str, ...]) -> str:
    """Where in a request something is wrong, such as ``profiles[0].id``."""
    inside = loc[1:]  # what is before says whether it is of the body or of the query
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in inside]
    return "".join(parts).removeprefix(".")


class Guard:
    """Logs what fails, and stops a body over the limit while it streams in."""

    def __init__(self, app: ASGIApp, bodies: Bodies) -> None:
        self.app, self.bodies = app, bodies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        length = dict(scope["headers"]).get(b"content-length", b"")
        if length.isdigit() and int(length) > self.bodies.limit:
            await error_response("body_too_large", self.bodies.too_large, 413, headers=CLOSE)(scope, receive, send)
            return
        try:
            with self.bodies.limited(receive) as receive_limited:
                await self.app(scope, receive_limited, send)
        except ClientDisconnect:  # who asked has gone: there is nobody to answer
            return
        except Exception as error:  # that has been answered: whoever else logged it would repeat its words
            told = {"event": "request_failed", "endpoint": endpoint(scope), "trace": trace(error)}
            log.error("A request failed by a mistake of ours.", extra=told)
