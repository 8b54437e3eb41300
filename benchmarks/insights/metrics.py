"""Fifty metrics by four dimensions in 24 months: the cells of the product, and one query with GROUPING SETS.

The query over 5 million events runs once with distinct customers, which cost it most, and once without them. Growth is
from a tenth of ``large`` events to ``large`` events, each in processes of their own of which the fastest counts, in the
time of the processors, which others at work on the machine do not stretch.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import duckdb
import numpy as np

from benchmarks.insights.world import AS_OF, DIMENSIONS, KINDS, MONTHS, world
from benchmarks.processes import peak
from features.config.sections.insights.metrics import Divisor, MetricSettings
from features.config.settings import Settings
from features.moments import micros
from insights.dimensions.dimension import Dimension
from insights.metrics.cells import cells
from insights.metrics.definitions.metric import Metric
from insights.people import Audience
from insights.periods import Periods

EVENTS: Final = 5_000_000
PER_CUSTOMER: Final = 17
ROUNDS: Final = 3
_TAKES: Final[dict[str, tuple[MetricSettings, str]]] = {
    "sum": (MetricSettings(take="sum", kind="x", of="value"), "sum(value) FILTER (kind = '{kind}')"),
    "count": (MetricSettings(take="count", kind="x"), "count(*) FILTER (kind = '{kind}')"),
    "mean": (MetricSettings(take="mean", kind="x", of="value"), "avg(value) FILTER (kind = '{kind}')"),
    "items": (
        MetricSettings(take="ratio", kind="x", of="quantity", over=Divisor(of="lines")),
        "sum(quantity) FILTER (kind = '{kind}') / count(*) FILTER (kind = '{kind}')",
    ),
    "customers": (
        MetricSettings(take="distinct", kind="x", of="customer"),
        "count(DISTINCT fragment) FILTER (kind = '{kind}')",
    ),
}


class Alone(NamedTuple):
    """Seconds of the processors, seconds that passed, and gigabytes."""

    cpu: float
    seconds: float
    gb: float


def measure(large: int = EVENTS) -> dict[str, float]:
    """``metrics_ratio`` to the query, and without distinct customers; ten times the events: time and memory."""
    with tempfile.TemporaryDirectory() as folder:
        settings = world(Path(folder, "ratio"), EVENTS, EVENTS // PER_CUSTOMER)
        plain, figures = [name for name in _TAKES if name != "customers"], {}
        for figure, takes in (("metrics_ratio", [*_TAKES]), ("metrics_ratio_without_distinct", plain)):
            ours, found = _timed(lambda names=takes: _product(settings, names))  # type: ignore[misc]
            theirs, rows = _timed(lambda names=takes: _query(settings, names))  # type: ignore[misc]
            _check(found, rows, takes)
            figures[figure] = round(ours / theirs, 3)
            print(f"{len(takes) * len(KINDS)} metrics of {EVENTS:,} events: {ours:.1f} s, the query {theirs:.1f} s")
        few, many = _alone(Path(folder, "few"), large // 10), _alone(Path(folder, "many"), large)
        for events, own in ((large // 10, few), (large, many)):
            print(f"{events:,} events: {own.cpu:.2f} s of CPU, {own.seconds:.2f} s of time, {own.gb:.2f} GB")
        return figures | {"growth_10x": round(many.cpu / few.cpu, 2), "peak_rss_gb": round(many.gb, 2)}


def _timed(run: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = run()
    return time.perf_counter() - start, result


def _metrics(takes: list[str]) -> Iterator[Metric]:
    for kind in KINDS:
        for take in takes:
            settings = _TAKES[take][0]
            yield Metric.of(f"{take}_{kind}", settings.model_copy(update={"kind": kind}), 0)


def _product(settings: Settings, takes: list[str]) -> dict[tuple[str, str], Any]:
    """By metric and dimension the values ``[month, group]``."""
    audience, values = Audience.at(settings, as_of=AS_OF), [f"value_{number}" for number in range(5)]
    by = [Dimension(name, name, tuple(values), rest=False, of_customers=False) for name in DIMENSIONS]
    periods = Periods.of("month", micros(MONTHS[0]), AS_OF - 1)
    found: dict[tuple[str, str], list[Any]] = {}
    for part in cells(audience, list(_metrics(takes)), periods, by):
        name = part.dimension.name if part.dimension else ""
        found.setdefault((part.metric.name, name), []).append(part.estimate.value[:, (0 if not name else 1) :])
    return {key: np.concatenate(parts) for key, parts in found.items()}


def _query(settings: Settings, takes: list[str]) -> list[tuple[Any, ...]]:
    columns = [_TAKES[take][1].format(kind=kind) for kind in KINDS for take in takes]
    sets = ", ".join(["(month)", *(f"(month, {name})" for name in DIMENSIONS)])
    query = f"""
        SELECT month, {", ".join(DIMENSIONS)}, {", ".join(columns)}
        FROM (SELECT *, date_trunc('month', make_timestamp(time)) AS month
              FROM read_parquet('{settings.lake}/events*.parquet'))
        GROUP BY GROUPING SETS ({sets})
    """  # noqa: S608
    with duckdb.connect() as connection:
        return connection.execute(query).fetchall()


def _check(found: dict[tuple[str, str], Any], rows: list[tuple[Any, ...]], takes: list[str]) -> None:
    """Both agree in every cell."""
    names = [f"{take}_{kind}" for kind in KINDS for take in takes]
    for month, *rest in rows:
        groups, values = rest[: len(DIMENSIONS)], rest[len(DIMENSIONS) :]
        by = next((name for name, group in zip(DIMENSIONS, groups, strict=True) if group is not None), "")
        place = (month.year - 2022) * 12 + month.month - 1
        group = int(groups[DIMENSIONS.index(by)][-1]) if by else 0
        ours = [found[name, by][place, group] for name in names]
        assert np.allclose(ours, np.array(values, dtype=np.float64), rtol=1e-12)


def _alone(home: Path, events: int) -> Alone:
    """What a process of its own needs for so many events in the lake: the least time, and the most memory."""
    world(home, events, events // PER_CUSTOMER)
    command = [sys.executable, "-m", "benchmarks.insights.metrics", str(home)]
    told = [
        Alone(*map(float, subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()))  # noqa: S603
        for _ in range(ROUNDS)
    ]
    return Alone(min(each.cpu for each in told), min(each.seconds for each in told), max(each.gb for each in told))


if __name__ == "__main__":
    own = Settings.model_validate({"name": "W", "home": sys.argv[1], "sources": {}})
    cpu = time.process_time()
    took, _ = _timed(lambda: _product(own, [*_TAKES]))
    print(time.process_time() - cpu, took, peak() / 1024)
