"""Decisions for everybody: how many a second, in how much memory, and whether they are those over HTTP.

A shop of any size: each customer has the record of one of the shop's own. A cap and a budget of all customers fill up.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Final

import orjson
import sqlalchemy as sa
import yaml

from benchmarks.processes import peak
from features.config.settings import read_settings
from features.lake import Lake
from features.profiles.records import records
from serving.batches.batch import Batch
from serving.batches.customers import pages
from serving.http.answers.deciding.decisions import answer_decision
from serving.http.answers.requests import DecisionRequest, PlacementRequest, Profile
from serving.http.current.state import State, load_state
from serving.process.lean import standing
from serving.store.engine import open_store
from serving.store.records import replace_records
from serving.store.tables.schema import CHOICES, DECISIONS, TOTALS

COMPARED: Final = 1_000  # customers, over HTTP too
NAME: Final = "tonight"
Figures = dict[str, float]


def many(config: Path, size: int) -> Figures:
    """Decide for so many customers in a process of its own, then for some of them over HTTP."""
    with TemporaryDirectory(dir=config.parent) as folder:
        crowd = _crowd(config, Path(folder), size)
        command = [sys.executable, "-m", __name__, str(crowd)]
        told = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=os.environ)  # noqa: S603
        figures: Figures = orjson.loads(told.stdout.splitlines()[-1])
        return figures | {"batch_http_differences": float(differences(_crowd(config, Path(folder), COMPARED)))}


@contextmanager
def state_of(config: Path) -> Iterator[State]:
    """What decisions are made from in this process."""
    state = load_state(read_settings(config), folder=config.parent)
    try:
        yield state
    finally:
        state.store.dispose()


def request(request_id: str | None = None) -> DecisionRequest:
    """What is asked for everybody."""
    placements = [PlacementRequest(id="row")]
    return DecisionRequest(context={"channel": "web"}, placements=placements, explain="none", request_id=request_id)


def differences(config: Path) -> int:
    """How many customers' decisions differ between a batch and HTTP, in anything that the store keeps of them."""
    with state_of(config) as state:
        customers = [each for page in pages(state.store, None, COMPARED) for each in page]
        for customer in customers:
            asked = request(NAME).model_copy(update={"profile": Profile(id_type="user_id", id=customer)})
            answer_decision(state, asked)
        by_http = _kept(state)
        with state.store.begin() as connection:
            for table in (CHOICES, TOTALS, DECISIONS):
                connection.execute(sa.delete(table))
        Batch(state, request(), NAME, keep=True).look()
        by_batch = _kept(state)
    assert len(by_http) > len(customers), "nothing was decided"
    return len({key for key in by_http.keys() | by_batch.keys() if by_http.get(key) != by_batch.get(key)})


def _kept(state: State) -> dict[object, object]:
    """All that is kept: by decision what was decided and what it took, and what all were given."""
    choices = [column for column in CHOICES.columns if column.name != "seq"]
    with state.store.connect() as connection:
        kept: dict[object, object] = {row[0]: [tuple(row)] for row in connection.execute(sa.select(DECISIONS))}
        taken = sorted(map(tuple, connection.execute(sa.select(*choices))), key=repr)
        totals = sorted(map(tuple, connection.execute(sa.select(TOTALS))))
    return kept | {("choice", *choice): True for choice in taken} | {("total", *total[:3]): total for total in totals}


def _exceeded(state: State) -> float:
    """By how much the cap and the budget of all customers are exceeded (0: not at all)."""
    declared = state.settings.decisions
    assert declared is not None
    with state.store.connect() as connection:
        rows = connection.execute(
            sa.select(TOTALS.c.limit_name, sa.func.sum(TOTALS.c.used)).group_by(TOTALS.c.limit_name)
        )
        used = {row[0]: float(row[1]) for row in rows}
    launch = used["cap:launch"] - declared.caps["launch"].limit
    return max(0.0, launch, used["budget:spring"] / 100 - declared.budgets["spring"].amount)


def _crowd(config: Path, folder: Path, size: int) -> Path:
    """The settings of so many customers, who all allow decisions, in a store of their own; a tenth get the launch."""
    document = yaml.safe_load(config.read_text(encoding="utf-8"))
    url = f"sqlite:///{folder}/{size}.db"
    document["store"], document["consent"]["default"] = url, "allowed"
    document["decisions"]["caps"]["launch"]["limit"] = size // 10
    document["decisions"]["budgets"]["spring"]["amount"] = size // 20
    settings = read_settings(config)
    lake, as_of = Lake(settings.lake), settings.now()
    store, some = open_store(url), list(records(lake, as_of=as_of))
    everybody = ((f"c{number:07}", some[number % len(some)][1]) for number in range(size))
    replace_records(store, everybody, as_of=as_of, log_seq=0, lake=lake.version)
    store.dispose()
    file = config.with_name(f"many-{size}.yaml")
    file.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return file


def main(config: Path) -> None:
    """Decide for everybody, and print the figures as a line of JSON."""
    memory, begin = list[float](), perf_counter()
    with state_of(config) as state:
        batch = Batch(state, request(), NAME, keep=True)

        def report(*_: object) -> None:
            memory.append(peak())

        with standing():
            batch.write(config.with_suffix(".parquet"), "", progress=report)
        seconds, exceeded = perf_counter() - begin, _exceeded(state)
    figures = {
        "batch_customers": batch.customers,
        "batch_seconds": seconds,
        "batch_per_second": batch.customers / seconds,
        "batch_cpu_ms": process_time() / batch.customers * 1e3,  # of each decision: says more on a busy machine
        "batch_peak_mb": memory[-1],
        "batch_growth_mb": memory[-1] - memory[len(memory) // 4],  # after the first quarter
        "batch_exceeded": exceeded,
    }
    print(orjson.dumps(figures).decode())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
