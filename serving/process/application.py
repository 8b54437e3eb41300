"""The application of one process, and how uvicorn serves it."""

from __future__ import annotations

import asyncio
import atexit
import os
import shutil
import tempfile
from functools import cache
from typing import TYPE_CHECKING, Final, cast

import uvicorn
from starlette.types import ASGIApp

from serving.http.limits.connections import Connections, allow_many
from serving.http.reception.road import Road

if TYPE_CHECKING:
    import bentoml

GRACE: Final = 20  # seconds that requests have to be answered in, once the service is told to stop


def application() -> ASGIApp:
    """The service, its models loaded."""
    from serving.http.service import Stamkund, mount, opened  # noqa: PLC0415  (BentoML takes a second to import)

    opened()
    service = cast("bentoml.Service[object]", Stamkund)  # what the decorator makes of the class
    return Road(mount, service.to_asgi())


def configuration(app: ASGIApp | str, *, connections: Connections, workers: int = 1) -> uvicorn.Config:
    """How an application is served, or what makes it in each of several workers, named as ``module:function``."""
    allow_many()
    if workers > 1:
        _share_metrics()
    return uvicorn.Config(
        app,
        factory=isinstance(app, str),
        workers=workers,
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",  # who asks for a web socket is answered like anybody else
        http=cast("type[asyncio.Protocol]", connections.protocol),
        timeout_graceful_shutdown=GRACE,
    )


@cache
def _share_metrics() -> None:
    """Let the workers that this process starts keep their metrics in files, which each of them can tell all of."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:  # by who started this worker
        return
    folder = tempfile.mkdtemp(prefix="stamkund-metrics-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
