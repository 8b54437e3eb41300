"""Eight clients of two workers on one store, one of which is killed again and again: nothing is exceeded, none lost."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa

from serving.store.engine import open_store
from serving.store.tables.schema import CHOICES, TOTALS
from tests.serving.decisions.policy.deciding import CANDIDATES, COSTS
from tests.serving.decisions.policy.worker import STOCK

CHECKOUT = Path(__file__).parents[4]


def start(url: str, stop: Path, out: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.serving.decisions.policy.worker", url, str(stop)]
    with out.open("ab") as file:
        return subprocess.Popen(command, cwd=CHECKOUT, stdout=file, stderr=subprocess.PIPE)


def wait(until: Callable[[], bool]) -> None:
    """Wait for something that a process does, for two minutes at most."""
    for _ in range(1200):
        if until():
            return
        time.sleep(0.1)
    pytest.fail("It has not come.")


def is_ready(said: Path) -> bool:
    return said.read_text().startswith("ready")


def count(url: str) -> int:
    store = open_store(url)
    with store.connect() as connection:
        rows = int(connection.execute(sa.select(sa.func.count()).select_from(CHOICES)).scalar_one())
    store.dispose()
    return rows


@pytest.mark.slow
def test_workers_that_are_killed_exceed_nothing_and_lose_nothing(store_url: str, tmp_path: Path) -> None:
    stop, said = tmp_path / "stop", [tmp_path / f"said-{n}" for n in range(5)]
    open_store(store_url).dispose()
    steady, killed = start(store_url, stop, said[0]), start(store_url, stop, said[1])
    wait(partial(is_ready, said[0]))
    for before, out in pairwise(said[1:]):
        wait(partial(is_ready, before))
        time.sleep(0.3)
        killed.kill()
        killed.communicate()
        killed = start(store_url, stop, out)
    wait(lambda: count(store_url) >= 400)
    stop.touch()
    for worker in (steady, killed):
        _, errors = worker.communicate(timeout=60)
        assert (worker.returncode, errors) == (0, b"")
    store = open_store(store_url)
    with store.connect() as connection:
        rows = connection.execute(sa.select(CHOICES)).all()
        totals = {(t.limit_name, t.thing): t.used for t in connection.execute(sa.select(TOTALS)) if t.slot == 0}
    store.dispose()
    offers, costs = Counter(row.offer_id for row in rows), dict(zip((t.offer for t in CANDIDATES), COSTS, strict=True))
    spring, spent = offers["tea"] + offers["cup"], sum(costs[row.offer_id] for row in rows)
    assert max(Counter(row.fragment for row in rows).values()) <= 3
    assert max(Counter((row.fragment, row.offer_id) for row in rows).values()) <= 2
    assert (spring <= 250, offers["tea"] <= STOCK["tea"], spent <= 60_000) == (True, True, True)
    assert len(rows) == 400  # all that there was is given away
    assert (totals["cap:spring", ""], totals["budget:all", ""], totals["out_of_stock:", "tea"]) == (
        spring, spent, offers["tea"],
    )  # fmt: skip
    kept = {(row.fragment, row.time, row.offer_id) for row in rows}
    acknowledged = [line for out in said for line in out.read_text().splitlines() if line != "ready"]
    for line in acknowledged:
        customer, moment, offer = line.split()
        assert (customer, int(moment), offer) in kept
