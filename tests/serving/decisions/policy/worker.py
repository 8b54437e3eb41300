"""A worker that decides for everybody in four threads until it is told to stop; it says what it has acknowledged."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from serving.store.engine import open_store
from tests.serving.decisions.policy.deciding import decide, policy_of

SETTINGS: Final[Mapping[str, object]] = {
    "caps": {
        "hourly": {"limit": 3, "within": "1h"},
        "each": {"limit": 2, "each": "offer"},
        "spring": {"limit": 250, "campaign": "spring", "scope": "total"},
        "all": {"limit": 400, "within": "1h", "scope": "total"},
    },
    "budgets": {"all": {"amount": 600}},
}
STOCK: Final = {"tea": 100}
CUSTOMERS: Final = 300


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def work(url: str, stop: Path) -> None:
    store, policy = open_store(url), policy_of(SETTINGS, STOCK)
    say("ready")

    def client(seed: int) -> None:
        draw = random.Random(seed)  # noqa: S311
        while not stop.exists():
            customer, wishes = str(draw.randrange(CUSTOMERS)), draw.sample(range(4), 4)
            kept = decide(store, policy, customer, as_of=time.time_ns() // 1000, wishes=wishes, count=2)
            for each in kept:
                say(f"{each.customer} {each.time} {each.touch.offer}")

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(client, [random.SystemRandom().randrange(10**9) for _ in range(4)]))


if __name__ == "__main__":
    work(sys.argv[1], Path(sys.argv[2]))
