"""An application behind a server of its own, in a thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import uvicorn
from starlette.types import ASGIApp

from features.texts.catalogue import Language
from serving.http.limits.connections import Connections
from serving.process.listener import listener


@contextmanager
def running(app: ASGIApp, *, connections: int = 100, language: Language = "en") -> Iterator[int]:
    """The port that it answers on."""
    bound = listener("127.0.0.1", 0)
    bound.listen()
    protocol = cast("type[asyncio.Protocol]", Connections(connections, language).protocol)
    server = uvicorn.Server(uvicorn.Config(app, http=protocol, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, args=([bound],))
    thread.start()
    try:
        yield int(bound.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join()
