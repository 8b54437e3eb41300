"""How long events wait while a build renews many records of a SQLite store.

One writer logs an event after the other for as long as ``update_records`` works; each is timed. Before that it does so
with nothing else going on.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter, sleep

import numpy as np
from sqlalchemy.engine import Engine

from features.evaluate.online.record import Record
from serving.store.engine import open_store
from serving.store.event_log import append_events
from serving.store.records import replace_records, update_records

PAUSE = 0.002  # seconds between two events


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and print the figures as one line of JSON."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--touched", type=int, default=150_000, help="records that are renewed")
    options.add_argument("--others", type=int, default=50_000, help="records that are not")
    options.add_argument("--events", type=int, default=50, help="events in each record")
    given = options.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), given.touched, given.others, given.events)
    print(f"The longest wait of an event: {figures['max_wait_ms']:.0f} ms ({figures['idle_max_ms']:.0f} ms before).")
    print(json.dumps(figures))


def measure(folder: Path, touched: int, others: int, events: int) -> dict[str, float]:
    """The waits (ms) of events before a renewal and during it."""
    store = open_store(f"sqlite:///{folder / 'store.db'}")
    record = Record.of(
        [{"event_id": f"e{n}", "time": n, "kind": "visit", "item_id": f"i{n % 9}"} for n in range(events)]
    )
    everybody = [f"c{n:07}" for n in range(touched + others)]
    replace_records(store, ((each, record) for each in everybody), as_of=1, log_seq=0, lake="a")
    idle = Writer(store)
    with idle:
        sleep(2)
    busy, began = Writer(store), perf_counter()
    with busy:
        renewed = ((each, record) for each in everybody[:touched])
        update_records(store, renewed, frozenset(everybody[:touched]), as_of=2, log_seq=0, lake="b")
    seconds = perf_counter() - began
    store.dispose()
    return {
        "renewed": touched, "seconds": round(seconds, 1), "events": len(busy.waits),
        "idle_max_ms": round(1e3 * max(idle.waits), 1), "p99_wait_ms": round(1e3 * np.quantile(busy.waits, 0.99), 1),
        "max_wait_ms": round(1e3 * max(busy.waits), 1),
    }  # fmt: skip


class Writer:
    """A thread that logs events one by one; ``waits`` are the seconds that each took."""

    def __init__(self, store: Engine) -> None:
        self.waits: list[float] = []
        self._store, self._stop = store, threading.Event()
        self._thread = threading.Thread(target=self._write)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _write(self) -> None:
        for event in self._events():
            began = perf_counter()
            append_events(self._store, [[event]], received_at=1)
            self.waits.append(perf_counter() - began)
            sleep(PAUSE)

    def _events(self) -> Iterator[dict[str, object]]:
        while not self._stop.is_set():
            yield {"event_id": f"{id(self)}-{len(self.waits)}", "fragment": "w", "time": 1, "kind": "visit", "id": "w"}


if __name__ == "__main__":
    main()
