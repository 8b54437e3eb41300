"""What tests see of a service's processes from outside."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import httpx

Values = dict[str, float]


def values(text: str) -> Values:
    """Each series of metrics with its value."""
    rows = (line.rpartition(" ") for line in text.splitlines() if line and not line.startswith("#"))
    return {name: float(value) for name, _, value in rows}


def in_progress(url: str) -> float | None:
    """What metrics tell, None while no worker answers."""
    try:
        return values(httpx.get(f"{url}/metrics").text)["bentoml_service_request_in_progress"]
    except httpx.TransportError:
        return None


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 90
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def workers_of(pid: int) -> list[int]:
    children = map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    return [child for child in children if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text()]
