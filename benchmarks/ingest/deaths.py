"""What is left of events when the service is killed while they come in, again and again.

With several workers, one of them dies first, under the eyes of the process that watches them, and then all at once.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.ingest.company import company, kept
from benchmarks.ingest.postgres import cluster, is_installed
from benchmarks.ingest.senders import Senders
from benchmarks.serving.service import service
from serving.process.listener import free_port

KILLS: Final = 10
BETWEEN: Final = 1_000  # messages that are acknowledged between two deaths, at least
MOMENT: Final = 0.2  # seconds; the next death comes at a random moment of them
Figures = dict[str, float]


def measure(kills: int = KILLS) -> Figures:
    """Deaths of one worker and of two, on SQLite and, where it is installed, on PostgreSQL."""
    total: Figures = {"lost": 0, "duplicated": 0, "acknowledged": 0, "kills": 0}
    figures: Figures = {}
    for name, store in {"sqlite": _files, **({"postgres": _postgres} if is_installed() else {})}.items():
        for workers in (1, 2):
            with TemporaryDirectory() as folder, store() as url:
                told = deaths(company(Path(folder) / "company", url), workers=workers, kills=kills)
            total = {key: value + told[key] for key, value in total.items()}
            figures |= {f"{key}_{name}_{workers}w": told[key] for key in ("lost", "duplicated", "acknowledged")}
    return total | figures


def deaths(config: Path, *, workers: int, kills: int) -> Figures:
    """Kill a service so many times while events come in; what was acknowledged, lost and kept twice."""
    port, draw = free_port(), random.Random(7)  # noqa: S311
    with Senders(f"http://127.0.0.1:{port}") as senders:
        done = 0

        def die(kill: Callable[[], object]) -> None:
            nonlocal done
            senders.await_more(BETWEEN)
            time.sleep(draw.uniform(0, MOMENT))
            kill()
            done += 1

        while done < kills:
            with service(config, port=port, workers=workers) as (_, pid):
                if workers > 1 and done + 1 < kills:
                    die(lambda: os.kill(workers_of(pid)[0], signal.SIGKILL))
                die(lambda: os.killpg(pid, signal.SIGKILL))
        with service(config, port=port, workers=workers):
            senders.await_more(BETWEEN)
    return {
        "acknowledged": float(len(senders.acknowledged)),
        "kills": float(done),
        **kept(config, senders.acknowledged),
    }


def workers_of(pid: int) -> list[int]:
    """The processes that answer, of the one that watches them."""
    children = subprocess.run(["pgrep", "-f", "-P", str(pid), "spawn_main"], stdout=subprocess.PIPE, check=True)  # noqa: S603, S607
    return [int(child) for child in children.stdout.split()]


@contextmanager
def _files() -> Iterator[None]:
    yield None


@contextmanager
def _postgres() -> Iterator[str]:
    with cluster() as own:
        yield own.url
