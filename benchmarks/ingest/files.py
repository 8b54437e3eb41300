"""How fast rows of a CSV file become validated events of the lake, beside the floor: DuckDB reading the same file.

The file is an export of orders as many shops write it: an id, a time in ISO 8601, customer, order, item, quantity,
amount, category and channel. The floor is `CREATE TABLE` of the file with its types given, which checks nothing, makes
no canonical row, and writes no Parquet. Rows and totals of both must be equal.
"""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import duckdb

from benchmarks.processes import peak
from features.config.settings import Settings
from features.ingest.ingest import ingest
from features.lake import Lake

ROWS, RUNS = 5_000_000, 3
TYPES = {
    "row_id": "VARCHAR", "ordered": "TIMESTAMP", "customer": "VARCHAR", "order_no": "VARCHAR", "sku": "VARCHAR",
    "quantity": "INTEGER", "paid": "DECIMAL(18,2)", "category": "VARCHAR", "channel": "VARCHAR",
}  # fmt: skip
COLUMNS = {
    "event_id": "row_id", "time": "ordered", "id": "customer", "order_id": "order_no", "item_id": "sku",
    "quantity": "quantity", "value": "paid", "category": "category", "channel": "channel",
}  # fmt: skip
Totals = tuple[int, int, float, int, int]  # rows, minor units, quantities, customers, the sum of all times (s)
Run = tuple[float, float, float, Totals]  # seconds, seconds of CPU, greatest memory (MB), totals


def measure(folder: Path, rows: int, runs: int, *, given_ids: bool = True) -> dict[str, float]:
    """The median of each figure over the runs, each of them in a process of its own, by turns."""
    file = write_orders(folder / "orders.csv", rows)
    results: dict[str, list[Run]] = {"floor": [], "ingest": []}
    for run in range(runs):
        results["floor"].append(_apart(_read_plainly, file))
        results["ingest"].append(_apart(_ingest, file, folder / f"home{run}", given_ids))
    totals = {each[3] for name in results for each in results[name]}
    assert len(totals) == 1, f"the totals differ: {totals}"
    figures = {"rows": float(rows), "file_mb": file.stat().st_size / 1e6}
    for name, each in results.items():
        for place, unit in enumerate(("seconds", "cpu_seconds", "memory_mb")):
            figures[f"{name}_{unit}"] = median(float(run[place]) for run in each)  # type: ignore[arg-type]
    ratios = {
        name: figures[f"ingest_{unit}"] / figures[f"floor_{unit}"]
        for name, unit in {"ratio": "seconds", "cpu_ratio": "cpu_seconds"}.items()
    }
    return {**figures, "rows_per_second": rows / figures["ingest_seconds"], **ratios}


def write_orders(path: Path, rows: int) -> Path:
    """An export of so many order lines, about three an order, over two years, in the order of time."""
    step = 63_072_000 / rows
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            COPY (
                SELECT 'L' || lpad(CAST(i AS VARCHAR), 9, '0') AS row_id,
                       strftime(to_timestamp(1640995200 + CAST(floor(i // 3 * 3 * {step}) AS BIGINT))
                                AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%SZ') AS ordered,
                       'c' || hash(i // 3) % {max(rows // 60, 1)} AS customer,
                       'O' || (i // 3) AS order_no,
                       'sku-' || hash(i * 7 + 1) % 5000 AS sku,
                       1 + hash(i + 3) % 4 AS quantity,
                       printf('%.2f', (100 + hash(i + 5) % 9900) / 100.0) AS paid,
                       'Category ' || hash(i * 7 + 1) % 6 AS category,
                       'channel ' || hash(i // 3 + 9) % 3 AS channel
                FROM range({rows}) AS r(i) ORDER BY i
            ) TO '{path}' (FORMAT csv, HEADER)
            """  # noqa: S608
        )
    return path


def _apart(work: Callable[..., Run], *arguments: object) -> Run:
    """The same in a process of its own, whose memory is nobody else's."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(work, arguments)


def _timed(work: Callable[[], object], totals: Callable[[], Totals]) -> Run:
    start, cpu = perf_counter(), process_time()
    work()
    seconds, cpu = perf_counter() - start, process_time() - cpu
    return seconds, cpu, peak(), totals()


def _read_plainly(file: Path) -> Run:
    with duckdb.connect() as connection:
        columns = ", ".join(f"'{name}': '{type_}'" for name, type_ in TYPES.items())
        read = f"CREATE TABLE orders AS FROM read_csv('{file}', header = true, columns = {{{columns}}})"
        seconds = "CAST(sum(epoch(ordered)) AS BIGINT)"
        total = f"count(*), CAST(sum(paid * 100) AS BIGINT), sum(quantity), count(DISTINCT customer), {seconds}"
        return _timed(lambda: connection.execute(read), lambda: _totals(connection, total, "orders"))


def _ingest(file: Path, home: Path, given_ids: bool) -> Run:  # noqa: FBT001
    columns = {name: own for name, own in COLUMNS.items() if given_ids or name != "event_id"}
    source = {"from": str(file), "kind": "order", "columns": columns}
    settings = Settings.model_validate({"name": "Shop", "home": str(home), "sources": {"orders": source}})
    home.mkdir()

    def totals() -> Totals:
        files = [str(path) for path in Lake(settings.lake).files("events")]
        total = "count(*), CAST(sum(value) AS BIGINT), sum(quantity), count(DISTINCT id), sum(time // 1000000)"
        with duckdb.connect() as connection:
            return _totals(connection, total, f"read_parquet({files})")

    return _timed(lambda: ingest(settings), totals)


def _totals(connection: duckdb.DuckDBPyConnection, columns: str, relation: str) -> Totals:
    rows, value, quantity, customers, times = connection.execute(f"SELECT {columns} FROM {relation}").fetchall()[0]  # noqa: S608
    return int(rows), int(value), float(quantity), int(customers), int(times)
