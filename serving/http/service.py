"""The service as BentoML runs it: its own health and readiness, and everything else from our application."""

from __future__ import annotations

import gc
import logging
from functools import cache
from typing import Final, cast

import bentoml
from starlette.types import ASGIApp, Receive, Scope, Send

from features.config.settings import read_settings
from features.errors import StamkundError
from serving.http.app import create_app
from serving.http.current.state import CurrentState, open_state
from serving.http.environment import check_lake, check_store, config_path
from serving.http.reception.routes import take_every_path
from serving.telemetry.lines import log_lines
from serving.telemetry.request_id import RequestIds
from serving.telemetry.spans import tracing

log = logging.getLogger("stamkund.serving")


class Mount:
    """An application that is put in place when the service starts, not when this module is imported."""

    app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if self.app is None:
            message = "The service has not been started."
            raise RuntimeError(message)
        await self.app(scope, receive, send)


mount: Final = Mount()
take_every_path()  # BentoML's own route to the mount is made before the application is


@cache
def opened() -> CurrentState:
    """What this process answers from, opened once before the service starts: an error then is one line, not a trace.

    Its log and its traces begin here.
    """
    log_lines()
    log_lines(read_settings(config_path()).serving.logs)
    tracing.begin()
    return open_state(config_path())


# BentoML's access log, metrics and spans tell paths, and so the ids of customers. A caller that traces asks for spans.
# Its time-out answers outside our envelope: `serving.timeout` comes first.
@bentoml.service(
    traffic={"timeout": 3600},
    logging={"access": {"enabled": False}},
    metrics={"enabled": False},
    tracing={"excluded_urls": ".*"},
)
@bentoml.asgi_app(mount, path="/")
class Stamkund:
    """Customer profiles, scores and decisions; the settings are those of STAMKUND_CONFIG, or ./stamkund.yaml."""

    @bentoml.on_deployment
    def check() -> None:
        """Before any worker starts, end with one line in the log where none could; a bento has its settings inside."""
        log_lines()
        try:
            if config_path().exists():
                check_lake(config_path())
                check_store(config_path())
        except StamkundError as error:
            log.error("%s: %s", error.code, error, extra={"event": error.code})
            raise SystemExit(1) from None

    def __init__(self) -> None:
        self.current = opened()
        self.current.watch()
        mount.app = create_app(self.current)
        gc.collect()
        gc.freeze()  # what is loaded now stays: full collections need not walk it

    @bentoml.on_shutdown
    def close(self) -> None:
        """Stop watching, close the store, and let go of what was frozen."""
        self.current.close()
        tracing.end()
        opened.cache_clear()
        gc.unfreeze()

    async def __is_ready__(self) -> bool:  # asked for on the event loop, so that no busy thread keeps it waiting
        return self.current.is_ready


# Health and readiness are BentoML's own answers, and have their Request-Id from here.
cast("bentoml.Service[object]", Stamkund).add_asgi_middleware(RequestIds)
