"""What every response has in common: one shape of errors, a Request-Id, and a limit on the body of its request."""

from __future__ import annotations

import logging
import uuid
from typing import Final

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from features.errors import StamkundError
from serving.http.limits.bodies import CLOSE, Bodies
from serving.http.telemetry.failures import trace
from serving.http.telemetry.metrics import endpoint

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
REQUEST_ID: Final = b"request-id"


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


def json_response(content: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A response in JSON; NaN is null."""
    body = orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS)
    return Response(body, status_code=status, media_type="application/json", headers=headers)


def add_error_handlers(app: FastAPI) -> None:
    """Let an application answer every error in the one shape."""

    @app.exception_handler(StamkundError)
    async def user_error(_: Request, error: StamkundError) -> Response:
        said = {"www-authenticate": CHALLENGES.get(error.code), "retry-after": RETRY_AFTER.get(error.code)}
        headers = {name: str(value) for name, value in said.items() if value is not None}
        return json_response(error_body(error.code, str(error), error.field), STATUS.get(error.code, 422), headers)

    @app.exception_handler(RequestValidationError)
    async def invalid_request(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        if first["type"] == "json_invalid":
            reason = first.get("ctx", {}).get("error", "")
            return json_response(error_body("malformed_json", f"The body is not JSON: {reason}."), 400)
        field = _field(first["loc"])
        more = len(error.errors()) - 1
        message = f"{field}: {first['msg']}" + (f" (and {more} more)" if more else "")
        return json_response(error_body("invalid_request", message, field or None), 422)

    @app.exception_handler(StarletteHTTPException)
    async def protocol_error(request: Request, error: StarletteHTTPException) -> Response:
        code = CODES.get(error.status_code, "http_error")
        message = str(error.detail)
        if error.status_code in (404, 405):
            message = f"{request.method} {request.url.path}: {message}. See /docs for what there is."
        return json_response(error_body(code, message), error.status_code, dict(error.headers or {}))

    @app.exception_handler(Exception)
    async def internal_error(_: Request, __: Exception) -> Response:
        message = "This is a mistake of ours, not of yours; the log has it under this Request-Id."
        return json_response(error_body("internal_error", message), 500)


def _field(loc: tuple[int | str, ...]) -> str:
    """Where in a request something is wrong, such as ``profiles[0].id``."""
    inside = loc[1:]  # what is before says whether it is of the body or of the query
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in inside]
    return "".join(parts).removeprefix(".")


class Guard:
    """Echoes or makes a Request-Id, logs what fails by it, and stops a body over the limit while it streams in."""

    def __init__(self, app: ASGIApp, bodies: Bodies) -> None:
        self.app, self.bodies = app, bodies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        request_id = headers.get(REQUEST_ID, b"")[:200] or uuid.uuid4().hex.encode()

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), (REQUEST_ID, request_id)]
            await send(message)

        length = headers.get(b"content-length", b"")
        if length.isdigit() and int(length) > self.bodies.limit:
            await self._too_large()(scope, receive, send_with_id)
            return
        try:
            with self.bodies.limited(receive) as receive_limited:
                await self.app(scope, receive_limited, send_with_id)
        except ClientDisconnect:  # who asked has gone: there is nobody to answer
            return
        except Exception as error:  # that has been answered: whoever else logged it would repeat its words
            log.error("%s failed; Request-Id %s\n%s", endpoint(scope), request_id.decode("latin-1"), trace(error))

    def _too_large(self) -> Response:
        return json_response(error_body("body_too_large", self.bodies.too_large), 413, CLOSE)
