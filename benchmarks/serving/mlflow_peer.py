"""Scores over HTTP beside `mlflow models serve`, one worker each, of the same model.

MLflow is sent features that are ready, and is told no signature to check them against. Stamkund looks the customer up,
makes the features of the events so far, and gives no reasons. The questions take turns. What both answer of the same
customers must be equal. A ratio of a processor's time stays true on a busy machine.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from timeit import repeat
from typing import Final

import numpy as np
import orjson
from lightgbm import Booster

from benchmarks.processes import cpu_seconds
from benchmarks.serving.clients import Load, answer, connect, load
from benchmarks.serving.questions import Question, Request
from benchmarks.serving.service import PATIENCE
from benchmarks.serving.worlds import World
from features.arrays import Floats
from features.config.settings import read_settings
from serving.process.listener import free_port
from serving.scoring.champions import load_lineup
from serving.scoring.model_scores import columns_read
from serving.store.engine import open_store
from serving.store.records import records_of
from training.learners.model import Model
from training.learners.trees import Trees

MODEL: Final = "lapse"
CLIENTS: Final = 4
TURNS: Final = 4
ROWS: Final = 100  # customers of a request
Figures = dict[str, float]


def measure(address: str, pid: int, world: World, *, requests: int, seconds: float) -> Figures:
    """Scores of one customer and of a hundred a second, beside MLflow's of one, and the time of the trees alone."""
    model, customers, rows = _ready(world)
    booster = _trees(model)
    with TemporaryDirectory() as folder, _mlflow(model, Path(folder)) as (theirs, group):
        _compare(theirs, address, model, rows, customers)
        turns = cycle(rows), cycle(customers)
        asked = {
            "scores": (address, pid, Question(lambda: _scores([*islice(turns[1], 1)]))),
            "mlflow": (theirs, group, Question(lambda: _invocation(model, np.array([*islice(turns[0], 1)])))),
            "rows": (address, pid, Question(lambda: _scores([*islice(turns[1], ROWS)]))),
        }
        loads: dict[str, Load] = {}
        cpu = dict.fromkeys(asked, 0.0)
        for _ in range(TURNS):
            for name, (where, processes, question) in asked.items():
                before, share = cpu_seconds(processes), requests // TURNS // (ROWS // 5 if name == "rows" else 1) + 1
                more = load(where, question, clients=CLIENTS, requests=share, seconds=seconds / TURNS)
                cpu[name] += cpu_seconds(processes) - before
                loads[name] = loads[name] + more if name in loads else more
    speed = {name: each.figures()["per_second"] for name, each in loads.items()}
    costs = {name: cpu[name] / len(loads[name].latencies) for name in loads}
    alone = min(repeat(lambda: booster.predict(rows[:1], num_threads=1), number=10, repeat=10)) / 10
    return {
        "predict_p50_ms": alone * 1e3,
        "scores_per_second": speed["scores"],
        "mlflow_scores_per_second": speed["mlflow"],
        "mlflow_ratio": speed["scores"] / speed["mlflow"],
        "mlflow_cpu_ratio": costs["mlflow"] / costs["scores"],
        "rows_per_second_100": ROWS * speed["rows"],
        "rows_ratio": ROWS * speed["rows"] / speed["scores"],
        "rows_cpu_ratio": ROWS * costs["scores"] / costs["rows"],
        "mlflow_rows_ratio": ROWS * speed["rows"] / speed["mlflow"],
    }


def _ready(world: World) -> tuple[Model, Sequence[str], Floats]:
    """A model, customers whom it scores, and the rows that it reads of them."""
    settings = read_settings(world.config)
    lineup = load_lineup(settings, folder=world.config.parent)
    assert lineup is not None, "nothing was built"
    store, model = open_store(settings.store_url), lineup.models[MODEL]
    records = records_of(store, world.customers)
    store.dispose()
    features = lineup.columns.feature_set.online.matrix([records[c] for c in world.customers], as_of=settings.now())
    inside, names = lineup.populations[MODEL].mask(features), lineup.columns.names[model.feature_set_hash]
    customers = [customer for customer, is_scored in zip(world.customers, inside, strict=True) if is_scored]
    return model, customers, np.ascontiguousarray(columns_read(model, names, features[inside]))


def _trees(model: Model) -> Booster:
    return next(each.booster for each in model.scorer.members.values() if isinstance(each, Trees))


@contextmanager
def _mlflow(model: Model, folder: Path) -> Iterator[tuple[str, int]]:
    """MLflow's server of the model's trees: its address, and the group of its processes."""
    with warnings.catch_warnings(action="ignore"):  # MLflow 3.17 warns of type hints of its own while it is imported
        import mlflow.lightgbm  # noqa: PLC0415  (two seconds)

        mlflow.lightgbm.save_model(_trees(model), folder / "model", pip_requirements=["lightgbm"])
    port = free_port()
    command = [sys.executable, "-m", "mlflow", "models", "serve", "--model-uri", str(folder / "model")]
    command += ["--env-manager", "local", "--workers", "1", "--host", "127.0.0.1", "--port", str(port)]
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}  # of its server, too
    with (folder / "log").open("w") as out:
        child = subprocess.Popen(command, stdout=out, stderr=out, env=environment, start_new_session=True)  # noqa: S603
        try:
            _await(child, f"http://127.0.0.1:{port}", folder / "log")
            yield f"http://127.0.0.1:{port}", child.pid
        finally:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGTERM)
            child.wait(timeout=60)


def _await(child: subprocess.Popen[bytes], address: str, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while child.poll() is None and time.monotonic() < end:
        try:
            with closing(connect(address)) as connection:
                answer(connection, Request("/ping"))
        except (OSError, AssertionError):
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"MLflow at {address} is not ready: {log.read_text()[-500:]}")


def _scores(customers: Sequence[str]) -> Request:
    return Request("/v1/scores", orjson.dumps({"customers": customers, "models": [MODEL], "reasons": 0}))


def _invocation(model: Model, rows: Floats) -> Request:
    """Rows with NaN written as such, which MLflow takes; null it would need a signature for."""
    data = {"dataframe_split": {"columns": model.feature_names, "data": rows.tolist()}}
    return Request("/invocations", json.dumps(data).encode())


def _compare(theirs: str, ours: str, model: Model, rows: Floats, customers: Sequence[str]) -> None:
    """See that both say the same, where the model is the trees alone."""
    if len(model.scorer.members) > 1:
        return
    with closing(connect(theirs)) as one, closing(connect(ours)) as other:
        predicted = np.array(orjson.loads(answer(one, _invocation(model, rows[:ROWS])))["predictions"])
        told = orjson.loads(answer(other, _scores(customers[:ROWS])))["scores"]
    raw = np.log(predicted / (1 - predicted))
    wanted = model.calibration.apply(raw, model.score_kind)
    np.testing.assert_allclose([each["models"][MODEL]["probability"] for each in told], wanted, rtol=1e-9)
