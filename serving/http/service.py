"""The service as BentoML runs it: its own health, readiness and metrics, and everything else from our application."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Final

import bentoml
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.http.app import create_app
from serving.http.server import CONFIG, quiet
from serving.http.state import open_state


class Mounted:
    """An application that is put in place when the service starts, not when this module is imported."""

    app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if self.app is None:
            message = "The service has not been started."
            raise RuntimeError(message)
        await self.app(scope, receive, send)


mounted: Final = Mounted()


@bentoml.service(traffic={"timeout": 60}, logging={"access": {"enabled": False}})
@bentoml.asgi_app(mounted, path="/")
class Stamkund:
    """Customer profiles, scores and decisions; the settings are those of STAMKUND_CONFIG, or ./stamkund.yaml."""

    def __init__(self) -> None:
        quiet()
        self.current = open_state(Path(os.environ.get(CONFIG, "stamkund.yaml")))
        self.current.watch()
        mounted.app = create_app(self.current)
        gc.collect()
        gc.freeze()  # what is loaded now stays: full collections need not walk it

    @bentoml.on_shutdown
    def close(self) -> None:
        """Stop watching, close the store, and let go of what was frozen."""
        self.current.close()
        gc.unfreeze()

    def __is_ready__(self) -> bool:
        return self.current.state.lineup is not None
