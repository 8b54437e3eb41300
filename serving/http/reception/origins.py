"""Pages of other origins: which browsers may send what happens on them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from features.errors import StamkundError
from serving.http.reception.envelope import error_response

_DAY: Final = 86_400  # for which a browser may remember an answer; each has a limit of its own, too
_TOLD: Final = ("Request-Id", "Retry-After")  # that a page may read


class Origins:
    """Answers browsers that ask, without a key, whether a page may send messages; those of ``origins`` may.

    Nothing but the ``paths`` of messages is opened: what needs a key that reads has no place in a page.
    """

    def __init__(self, app: ASGIApp, origins: Collection[str], paths: Collection[str], language: str) -> None:
        self.app, self._paths = app, frozenset(paths if origins else ())
        self._shared = _Shared(
            app, allow_origins=sorted(origins), allow_methods=["POST"], allow_headers=["*"], max_age=_DAY,
            expose_headers=_TOLD,
        )  # fmt: skip
        self._shared.language = language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        app = self._shared if scope["type"] == "http" and scope["path"] in self._paths else self.app
        await app(scope, receive, send)


class _Shared(CORSMiddleware):
    language: str

    def preflight_response(self, request_headers: Headers) -> Response:
        """What may be sent; an error in the one shape for a page that may send nothing."""
        if self.is_allowed_origin(request_headers["origin"]):
            return super().preflight_response(request_headers)
        error = StamkundError("foreign_origin", origin=request_headers["origin"], field="origin")
        return error_response(error, self.language)
