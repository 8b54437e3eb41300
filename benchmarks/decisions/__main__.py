"""How fast decisions are over HTTP at half of the most that one worker can do, and whether limits hold among two.

Then decisions for everybody in a batch, and whether they are those over HTTP.

A hundred candidates, rules, caps, budgets, consent, three models, customers of 300 events, SQLite. Beside them, in the
same run: an empty route of the same server at the same pace, and the models' own arithmetic of the same decision.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from itertools import cycle
from pathlib import Path

import yaml
from rich.console import Console

from benchmarks.decisions.arithmetic import arithmetic_ms
from benchmarks.decisions.many import many
from benchmarks.decisions.pace import CLIENTS, paced
from benchmarks.decisions.people import people
from benchmarks.decisions.questions import decisions, prepare
from benchmarks.decisions.race import race
from benchmarks.decisions.world import shop
from benchmarks.processes import cpu_seconds
from benchmarks.serving.clients import Load, answer, connect, load
from benchmarks.serving.questions import EMPTY, Question, Request
from benchmarks.serving.service import service
from benchmarks.serving.worlds import open_world

Figures = dict[str, float]
TURNS = 4


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, then print the figures as one line of JSON."""
    options = _options().parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        with Console(stderr=True).status("building the shop"):
            config = shop((options.home or Path(temporary)) / "shop", options.events)
        figures: Figures = {}
        if options.requests:
            figures |= measure(config, requests=options.requests)
        if options.race:
            figures |= race(config, people(config), requests=options.race)
        if options.size:
            figures |= many(config, options.size)
    figures["load_average"] = os.getloadavg()[0]
    print(json.dumps({key: round(value, 4) for key, value in figures.items()}))


def measure(config: Path, *, requests: int) -> Figures:
    """So many requests of each kind, in turns."""
    with open_world(config) as world, service(world.config) as (address, pid):
        some = people(config)
        prepare(address, some)
        customers = cycle(some)
        asked = {
            EMPTY: Question(lambda: Request("/livez")),
            "one": decisions(customers, "hero"),
            "three": decisions(customers, "row"),
            "one_summary": decisions(customers, "hero", "summary"),
        }
        for question in asked.values():
            _warm(address, question)
        most = load(address, asked["one"], clients=CLIENTS, requests=requests, seconds=60).figures()["per_second"]
        loads: dict[str, Load] = {}
        cpu = dict.fromkeys(asked, 0.0)
        arithmetic = []
        for _ in range(TURNS):
            for name, question in asked.items():
                before = cpu_seconds(pid)
                more = paced(address, question, rate=most / 2, requests=-(-requests // TURNS))
                cpu[name] += cpu_seconds(pid) - before
                loads[name] = loads[name] + more if name in loads else more
            arithmetic.append(arithmetic_ms(world.config, some[0], times=50))
        log_bytes = _log_bytes(world.config)
    alone = sorted(arithmetic)[len(arithmetic) // 2]
    figures = _figures(loads, cpu)
    figures["cpu_ratio"] = figures["one_cpu_ms"] / (figures["empty_cpu_ms"] + alone)  # says more on a busy machine
    return figures | _beside(loads, alone, most, log_bytes)


def _figures(loads: Mapping[str, Load], cpu: Mapping[str, float]) -> Figures:
    told: Figures = {}
    for name, each in loads.items():
        own = each.figures()
        told |= {f"{name}_p50_ms": own["p50_ms"], f"{name}_p99_ms": own["p99_ms"]}
        told[f"{name}_cpu_ms"] = cpu[name] / own["requests"] * 1e3
    return told


def _beside(loads: Mapping[str, Load], arithmetic: float, most: float, log_bytes: float) -> Figures:
    one, floor = loads["one"].figures()["p50_ms"], loads[EMPTY].figures()["p50_ms"]
    return {
        "floor_p50_ms": floor,
        "arithmetic_p50_ms": arithmetic,
        "overhead_ratio": one / (floor + arithmetic),
        "decisions_per_second": most,
        "log_bytes": log_bytes,
    }


def _warm(address: str, question: Question) -> None:
    with closing(connect(address)) as connection:
        for _ in range(20):
            body = answer(connection, question.next())
            assert question.is_answer(body), f"not answered: {body[:400]!r}"


def _log_bytes(config: Path) -> float:
    """The bytes of the log a decision, on average."""
    url = yaml.safe_load(config.read_text(encoding="utf-8"))["store"]
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as store:
        return float(store.execute("select avg(length(log)) from decisions").fetchone()[0])


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--events", type=int, default=60_000, help="of the shop's customers, about")
    options.add_argument("--requests", type=int, default=1_000, help="of each kind (0: none)")
    options.add_argument("--race", type=int, default=600, help="requests of the race, on each store (0: none)")
    options.add_argument("--size", type=int, default=2_000, help="customers of the batch (0: none)")
    options.add_argument("--home", type=Path, help="where the shop is kept for the next run (default: nowhere)")
    return options


if __name__ == "__main__":
    main()
