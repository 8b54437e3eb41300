"""Eight clients ask two workers for decisions until limits are full; the store tells afterwards what was given."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from itertools import cycle
from pathlib import Path

import orjson
import yaml

from benchmarks.decisions.questions import decisions, prepare
from benchmarks.decisions.world import COST, Limits, limited
from benchmarks.serving.clients import load
from benchmarks.serving.service import service
from benchmarks.serving.worlds import open_world

CLIENTS, WORKERS = 8, 2


def race(config: Path, customers: Sequence[str], *, requests: int, limits: Limits | None = None) -> dict[str, float]:
    """How far caps and a budget are exceeded (0: not at all), and how much of them was given."""
    limits = limits or Limits()
    with open_world(limited(config, limits)) as world, service(world.config, workers=WORKERS) as (address, _):
        prepare(address, customers)
        question = decisions(cycle(customers), "row")
        asked = load(address, question, clients=CLIENTS, requests=requests, seconds=60)
        given = _given(world.config)
    by_customer = Counter(customer for customer, _ in given)
    of_launch = sum(campaign == "campaign-105" for _, campaign in given)
    spent = sum(campaign == "campaign-106" for _, campaign in given) * COST / 100
    over = sum(max(0, n - limits.customer) for n in by_customer.values())
    return {
        "caps_exceeded": over + max(0, of_launch - limits.campaign),
        "budget_exceeded": max(0.0, spent - limits.amount),
        "cap_used": of_launch / limits.campaign,
        "budget_used": spent / limits.amount,
        "race_requests": len(asked.latencies),
        "race_choices": len(given),
    }


def _given(config: Path) -> list[tuple[str, str]]:
    """Of each choice that the store keeps of a decision whose it is and of which campaign."""
    url = yaml.safe_load(config.read_text(encoding="utf-8"))["store"]
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as store:
        rows = store.execute("select customer_id, placements from decisions").fetchall()
    return [
        (customer, item["campaign_id"])
        for customer, placements in rows
        for placement in orjson.loads(placements)
        for item in placement["items"]
        if item["campaign_id"] is not None
    ]
