"""The road to our application, past the routes and middlewares of BentoML, which are for its own."""

from __future__ import annotations

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

OURS: Final = "/v1/"  # begins the paths of our application that are asked for often


class Road:
    """Takes requests of our paths to our application, and everything else to the ``others``."""

    def __init__(self, ours: ASGIApp, others: ASGIApp) -> None:
        self._ours, self._others = ours, others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        is_ours = scope["type"] == "http" and scope["path"].startswith(OURS)
        await (self._ours if is_ours else self._others)(scope, receive, send)
