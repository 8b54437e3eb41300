"""The id of a request: every answer names it, and so do the log and the traces."""

from __future__ import annotations

import re
import uuid
from contextvars import ContextVar
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER: Final = b"request-id"
FORM: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}")  # names no address, and breaks no line of a log
_HERE: Final = "stamkund.request_id"  # in a request's scope
current: Final[ContextVar[str | None]] = ContextVar("request_id", default=None)


def request_id_of(sent: bytes | None) -> str:
    """The id that a client sent, or a new one where it sent none, or none of this form.

    >>> request_id_of(b"shop-7f3a"), len(request_id_of(b"anna@shop.example")), len(request_id_of(None))
    ('shop-7f3a', 32, 32)
    """
    text = "" if sent is None else sent.decode("latin-1")
    return text if FORM.fullmatch(text) else uuid.uuid4().hex


class RequestIds:
    """Gives each request its id, which ``current`` tells while it is answered, and names it in the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; one that has its id keeps it."""
        if scope["type"] != "http" or _HERE in scope:
            await self.app(scope, receive, send)
            return
        request_id = request_id_of(next((value for name, value in scope["headers"] if name == HEADER), None))
        scope[_HERE], header = request_id, (HEADER, request_id.encode())

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), header]
            await send(message)

        token = current.set(request_id)
        try:
            await self.app(scope, receive, send_with_id)
        finally:
            current.reset(token)
