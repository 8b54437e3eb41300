"""What clients are told while the database behind a service that takes events is away, and what is left of these."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks.ingest.company import company, kept
from benchmarks.ingest.postgres import Cluster, cluster, is_installed
from benchmarks.ingest.senders import Senders
from benchmarks.serving.clients import connect
from benchmarks.serving.service import service
from serving.process.listener import free_port

Away = Callable[[], AbstractContextManager[None]]
BEFORE: Final = 500  # messages that are acknowledged before the outage, and after it
SECONDS: Final = 15.0  # that an outage lasts
KINDS: Final[Mapping[str, Callable[[Cluster], Away]]] = {
    "stopped": lambda own: own.stopped,
    "frozen": lambda own: own.frozen,
    "read_only": lambda own: own.read_only,
}
READY: Final = 0.2  # seconds between two questions whether the service is ready


@dataclass(frozen=True)
class Outage:
    """What an outage came to.

    ``codes`` are the errors while it lasted, ``slowest`` the seconds that any answer took. ``ready`` holds whether the
    service said that it was ready, before, meanwhile (once it knew) and afterwards. ``left`` is what became of events.
    """

    codes: Counter[str]
    slowest: float
    ready: tuple[bool, bool, bool]
    recovered: float
    left: dict[str, float]


def measure(seconds: float = SECONDS) -> dict[str, float]:
    """PostgreSQL stopped, frozen and read-only, one after the other; nothing where it is not installed."""
    figures: dict[str, float] = {"lost": 0, "duplicated": 0}
    for how in KINDS if is_installed() else ():
        with TemporaryDirectory() as folder, cluster() as own:
            told = outage(company(Path(folder) / "company", own.url), KINDS[how](own), seconds=seconds)
        assert told.ready == (True, False, True), f"{how}: readiness was {told.ready}"
        figures |= {f"{how}_slowest_s": told.slowest, f"{how}_recovered_s": told.recovered}
        figures |= {key: figures[key] + told.left[key] for key in told.left}
    return figures


def outage(config: Path, away: Away, *, seconds: float) -> Outage:
    """Let the database be ``away`` for so many seconds while clients send events."""
    port = free_port()
    with service(config, port=port) as (address, _), Senders(address) as senders:
        senders.await_more(BEFORE)
        before = is_ready(address)
        with away():
            end, meanwhile = time.monotonic() + seconds, True
            while time.monotonic() < end:
                meanwhile = is_ready(address)
                time.sleep(READY)
        back = time.monotonic()
        while not is_ready(address):
            time.sleep(READY)
        recovered = time.monotonic() - back
        senders.await_more(BEFORE)
        afterwards = is_ready(address)
    return Outage(
        Counter(answer.code for answer in senders.answers if answer.code is not None),
        max(answer.seconds for answer in senders.answers),
        (before, meanwhile, afterwards),
        recovered,
        kept(config, senders.acknowledged),
    )


def is_ready(address: str) -> bool:
    """What the service says."""
    with closing(connect(address)) as connection:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
