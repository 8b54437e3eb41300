"""What the profile benchmark measures, each as one task that can run in a process of its own."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import TypeVar

import duckdb
import numpy as np
import polars as pl

from benchmarks.company import synthetic
from benchmarks.peers.floor import floor
from benchmarks.peers.pandas_peer import by_pandas
from benchmarks.processes import peak
from features import FeatureSet, Lake, fit_features, profile_frame, profiles_at, write_profiles
from features.evaluate.online.record import Record
from features.evaluate.online.record_append import append
from features.identity.people import customer_events_at
from features.units import DAY

AS_OF = synthetic.END - 28 * DAY
FITTED_AT = synthetic.END - 365 * DAY
SEED = 20_250_101
EVENTS = 300  # of the customer whose record is measured
RELATIVE = 1e-9
FEATURES, WARM = "features.json", "warm"
Figures = dict[str, float]
Result = TypeVar("Result")


def write(home: Path, lake: Path, _out: Path, n: int) -> Figures:
    """Write a lake of about ``n`` events, and for the first lake of a home fit the default features on it."""
    filled = _lake(lake, n)
    path = home / FEATURES
    if not path.exists():
        _lake(home / WARM, 1_000)
        fit_features(filled, as_of=FITTED_AT).save(path)
    return {"events": float(filled.scan("events").select(pl.len()).collect().item())}


def product(home: Path, lake: Path, out: Path, origins: int) -> Figures:
    """Everyone's profile at so many moments, four weeks apart."""
    feature_set, moments = FeatureSet.load(home / FEATURES), [AS_OF - 28 * DAY * i for i in range(origins)]
    result, figures = _time(lambda path: profiles_at(Lake(path), feature_set, as_of=moments), home, lake)
    result.write_parquet(out)
    return {**figures, "rows": result.height, "features": len(feature_set.names)}


def on_duckdb(home: Path, lake: Path, _out: Path, _n: int) -> Figures:
    """Everyone's profile as the product computes it, by DuckDB instead of Polars."""
    feature_set = FeatureSet.load(home / FEATURES)

    def profiles(path: Path) -> object:
        events, customers = (
            duckdb.read_parquet([str(file) for file in files], union_by_name=True) for files in _tables(path)
        )
        events = events.project("*, fragment AS customer_id")
        return profile_frame(events, feature_set, as_of=AS_OF, attributes=customers)

    return _time(profiles, home, lake)[1]


def streamed(home: Path, lake: Path, out: Path, _n: int) -> Figures:
    """Everyone's profile, written some customers at a time, as a build writes them."""
    feature_set = FeatureSet.load(home / FEATURES)
    result, figures = _time(lambda path: write_profiles(Lake(path), feature_set, out, as_of=AS_OF), home, lake)
    return {**figures, "rows": result}


def by_hand(home: Path, lake: Path, out: Path, _n: int) -> Figures:
    """The same columns by the floor."""
    features = FeatureSet.load(home / FEATURES).features
    result, figures = _time(lambda path: floor(*_files(path), features, as_of=AS_OF), home, lake)
    result.write_parquet(out)
    return figures


def pandas(home: Path, lake: Path, out: Path, _n: int) -> Figures:
    """The same columns by pandas."""
    features = FeatureSet.load(home / FEATURES).features
    result, figures = _time(lambda path: by_pandas(*_files(path), features, as_of=AS_OF), home, lake)
    pl.from_pandas(result).write_parquet(out)
    return figures


def equal(home: Path, ours: Path, theirs: Path, _n: int) -> Figures:
    """Assert that two results agree: counts, sums, times and bands to the bit, all else to 1e-9."""
    features = FeatureSet.load(home / FEATURES).features
    a, b = pl.read_parquet(ours).sort("customer_id"), pl.read_parquet(theirs).sort("customer_id")
    assert a["customer_id"].equals(b["customer_id"]), "not the same customers"
    for feature in features:
        x, y = (frame[feature.name].to_numpy() for frame in (a, b))
        exact = feature.formula in ("amount", "since", "stage", "code") or feature.cuts
        same = np.array_equal(x, y, equal_nan=True) if exact else np.allclose(x, y, RELATIVE, 0.0, equal_nan=True)
        assert same, f"{feature.name} differs, by {np.nanmax(np.abs(x - y))} at most"
    return {"columns": float(len(features))}


def record(home: Path, lake: Path, _out: Path, rounds: int) -> Figures:
    """The median µs of reading the vector of a record just unpacked, and of moving a record on by one event."""
    online = FeatureSet.load(home / FEATURES).online
    *before, event = _busy(Lake(lake), EVENTS + 1)
    start = Record.of(before)
    packed = start.pack()
    records = [Record.unpack(packed) for _ in range(rounds)]
    after = [[{**event, "event_id": f"{event['event_id']}-{i}"}] for i in range(rounds)]
    return {
        "record_events": float(len(before)),
        "record_read_us": _median(lambda i: online.vector(records[i], as_of=AS_OF), rounds),
        "record_update_us": _median(lambda i: append(start, after[i]), rounds),
    }


TASKS: dict[str, Callable[[Path, Path, Path, int], Figures]] = {
    "write": write, "product": product, "streamed": streamed, "on_duckdb": on_duckdb, "by_hand": by_hand,
    "pandas": pandas, "equal": equal, "record": record,
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> Figures:
    """Run one task, and print its figures as JSON."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("task", choices=TASKS)
    options.add_argument("paths", type=Path, nargs=3, help="the home of all lakes, the lake, the file of the result")
    options.add_argument("number", type=int, help="how many events, origins or rounds")
    choice = options.parse_args(arguments)
    home, lake, out = choice.paths
    figures = TASKS[choice.task](home, lake, out, choice.number)
    print(json.dumps(figures))
    return figures


def _time(work: Callable[[Path], Result], home: Path, lake: Path) -> tuple[Result, Figures]:
    """The work on a lake, after a few customers have brought in what is loaded at the first use."""
    work(home / WARM)
    start = perf_counter()
    result = work(lake)
    seconds = perf_counter() - start
    return result, {"seconds": seconds, "peak_gb": peak() * 2**20 / 1e9}


def _lake(lake: Path, n: int) -> Lake:
    return Lake(lake) if Lake(lake).exists else synthetic.write(lake, n, seed=SEED)


def _files(lake: Path) -> tuple[list[Path], Path]:
    events, customers = _tables(lake)
    return events, customers[0]


def _tables(lake: Path) -> tuple[list[Path], list[Path]]:
    return Lake(lake).files("events"), Lake(lake).files("customers")


def _busy(lake: Lake, count: int) -> list[dict[str, object]]:
    """The first so many events of the customer who comes closest to having just as many."""
    events = customer_events_at(lake, as_of=AS_OF)
    counts = events.group_by("customer_id").len().collect()
    closest = counts.sort((pl.col("len") < count), (pl.col("len").cast(pl.Int64) - count).abs(), "customer_id")
    own = events.filter(pl.col("customer_id") == closest["customer_id"][0])
    return own.sort("time", "event_id").head(count).collect().to_dicts()


def _median(work: Callable[[int], object], rounds: int) -> float:
    """The median µs of so many rounds; the first tenth of them warms up."""
    moments = []
    for i in range(rounds):
        moments.append(perf_counter())
        work(i)
    moments.append(perf_counter())
    return float(np.median(np.diff(moments)[rounds // 10 :]) * 1e6)


if __name__ == "__main__":
    main()
