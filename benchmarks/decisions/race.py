"""Eight clients ask two workers, and a batch runs beside them, until limits are full; processes are killed meanwhile.

The store tells afterwards what was given, on SQLite and, where it is installed, on PostgreSQL.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import sqlalchemy as sa
import yaml

from benchmarks.decisions.askers import Askers
from benchmarks.decisions.many import request, state_of
from benchmarks.decisions.questions import prepare
from benchmarks.decisions.world import COST, Limits, limited
from benchmarks.ingest.deaths import workers_of
from benchmarks.ingest.postgres import cluster, is_installed
from benchmarks.serving.service import service
from features.config.settings import read_settings
from features.lake import Lake
from features.profiles.records import records
from serving.batches.batch import Batch
from serving.process.listener import free_port
from serving.store.engine import open_store
from serving.store.records import replace_records
from serving.store.tables.schema import DECISIONS

CLIENTS, WORKERS = 8, 2
Figures = dict[str, float]


def race(config: Path, customers: Sequence[str], *, requests: int, limits: Limits | None = None) -> Figures:
    """How far caps and a budget are exceeded, how many decisions are lost or nobody's (0: none), on every store."""
    limits, total = limits or Limits(), Counter[str]()
    for name in ("sqlite", *(["postgres"] if is_installed() else [])):
        with TemporaryDirectory(dir=config.parent) as folder, cluster() if name == "postgres" else nullcontext() as own:
            url = f"sqlite:///{folder}/store.db" if own is None else own.url
            told = _race(_with_store(limited(config, limits), url), customers, requests, limits)
        used = {f"{key}_{name}": told.pop(key) for key in ("cap_used", "budget_used")}
        total.update(told)
        total.update(used)
    return {key: float(value) for key, value in total.items()}


def _race(config: Path, customers: Sequence[str], requests: int, limits: Limits) -> Figures:
    port = free_port()
    askers = Askers(f"http://127.0.0.1:{port}", customers, CLIENTS)
    with ThreadPoolExecutor(2) as beside:
        with service(config, port=port, workers=WORKERS) as (address, pid):
            prepare(address, customers)
            asking = beside.submit(askers.ask, requests)
            batch = beside.submit(_batch, config, customers)
            _await(lambda: len(askers.answered) >= requests // 4)
            os.kill(workers_of(pid)[0], signal.SIGKILL)
            _await(lambda: len(askers.answered) >= requests // 2)
            os.killpg(pid, signal.SIGKILL)
        with service(config, port=port, workers=WORKERS):
            asking.result()
            decided = batch.result()
    return _figures(config, askers, decided, limits)


def _figures(config: Path, askers: Askers, decided: int, limits: Limits) -> Figures:
    kept, given = _given(config)
    by_customer = Counter(customer for customer, _ in given)
    of_launch = sum(campaign == "campaign-105" for _, campaign in given)
    spent = sum(campaign == "campaign-106" for _, campaign in given) * COST / 100
    over = sum(max(0, n - limits.customer) for n in by_customer.values())
    return {
        "caps_exceeded": over + max(0, of_launch - limits.campaign),
        "budget_exceeded": max(0.0, spent - limits.amount),
        "race_lost": len(set(askers.answered) - kept),
        "race_beyond": max(0, len(kept) - len(set(askers.answered)) - decided - askers.killed),
        "race_killed": askers.killed,
        "race_requests": len(askers.answered),
        "race_batch": decided,
        "race_choices": len(given),
        "cap_used": of_launch / limits.campaign,
        "budget_used": spent / limits.amount,
    }


def _batch(config: Path, customers: Sequence[str]) -> int:
    """Decide for all of them beside the service, a few at a time; how many that were."""
    with state_of(config) as state:
        batch = Batch(state, request(), "beside", keep=True, chunk=5)
        batch.look(customers)
    return batch.customers


def _with_store(config: Path, url: str) -> Path:
    """The settings with a store of its own, which holds the records of everybody."""
    settings = read_settings(config)
    lake, as_of = Lake(settings.lake), settings.now()
    store = open_store(url)
    replace_records(store, records(lake, as_of=as_of), as_of=as_of, log_seq=0, lake=lake.version)
    store.dispose()
    file = config.with_name("raced.yaml")
    document = yaml.safe_load(config.read_text(encoding="utf-8")) | {"store": url}
    file.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return file


def _given(config: Path) -> tuple[set[str], list[tuple[str, str]]]:
    """The decisions that the store keeps, and of each choice whose it is and of which campaign."""
    store = open_store(read_settings(config).store_url)
    with store.connect() as connection:
        columns = DECISIONS.c.decision_id, DECISIONS.c.customer_id, DECISIONS.c.placements
        rows = connection.execute(sa.select(*columns)).all()
    store.dispose()
    return {row[0] for row in rows}, [
        (customer, item["campaign_id"])
        for _, customer, placements in rows
        for placement in orjson.loads(placements)
        for item in placement["items"]
        if item["campaign_id"] is not None
    ]


def _await(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 240
    while not holds():
        assert time.monotonic() < end, "the clients are not answered"
        time.sleep(0.01)
