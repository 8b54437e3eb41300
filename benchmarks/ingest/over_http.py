"""How many events a second one worker takes in over HTTP, and that each is kept exactly once.

Some clients in another process each send a batch, wait for its answer, and send the next one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Final

import orjson

from benchmarks.ingest.messages import BATCH, batches, ids
from benchmarks.processes import cpu_seconds
from benchmarks.serving.clients import answer, connect
from benchmarks.serving.questions import Request
from benchmarks.serving.service import service
from benchmarks.serving.worlds import World, open_world
from features.config.settings import read_settings
from serving.store.engine import open_store
from serving.store.event_log import log_frame

CLIENTS: Final = 4
REQUESTS: Final = 500  # of a run
MODES: Final = {"events_per_second": "process", "events_per_second_power": "power"}  # which death nothing is lost by


def measure(config: Path, *, requests: int, runs: int) -> dict[str, float]:
    """Events a second with each durability, by turns, and how many were lost or kept twice."""
    speeds: dict[str, list[tuple[float, float]]] = {name: [] for name in MODES}
    lost = duplicated = 0
    for _ in range(runs):
        for name, durability in MODES.items():
            with open_world(config, durability=durability) as world:
                with service(world.config) as (address, pid):
                    sent, seconds, cpu = _load(address, pid, world, requests)
                speeds[name].append((len(sent) / seconds, len(sent) / cpu))
                missing, twice = held(world.config, sent)
                lost, duplicated = lost + missing, duplicated + twice
    return (
        {name: max(speed for speed, _ in of_name) for name, of_name in speeds.items()}
        | {f"{name}_of_cpu": max(speed for _, speed in of_name) for name, of_name in speeds.items()}
        | {"lost": float(lost), "duplicated": float(duplicated)}
    )


def held(config: Path, sent: Sequence[str]) -> tuple[int, int]:
    """How many messages that were acknowledged are not in the log of events, and how many events are there twice."""
    store = open_store(read_settings(config).store_url)
    try:
        kept = Counter(log_frame(store)[0]["event_id"].to_list())
    finally:
        store.dispose()
    return sum(id_ not in kept for id_ in sent), sum(kept.values()) - len(kept)


def _load(address: str, pid: int, world: World, requests: int) -> tuple[list[str], float, float]:
    """The ids of all messages that were sent and accepted, the seconds, and those of the service's processor."""
    _send(address, [*islice(batches(world.customers, world.items), CLIENTS)])  # what the first ones make stays
    bodies = [*islice(batches(world.customers, world.items), requests)]
    with get_context("spawn").Pool(1) as pool:
        pool.apply(len, ([],))  # the process has begun
        before = cpu_seconds(pid)
        seconds = pool.apply(_send, (address, bodies))
    return [id_ for body in bodies for id_ in ids(body)], seconds, cpu_seconds(pid) - before


def _send(address: str, bodies: Sequence[bytes]) -> float:
    """Send them, and see that all is accepted; returns the seconds."""
    rest = iter(bodies)

    def client(_: int) -> None:
        with closing(connect(address)) as connection:
            for body in rest:
                accepted = orjson.loads(answer(connection, Request("/v1/batch", body)))["accepted"]
                assert accepted == BATCH, f"{accepted} of {BATCH} messages were accepted"

    begin = perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(client, range(CLIENTS)))
    return perf_counter() - begin
