"""Measure insights beside queries written by hand, both finding the same; the last line is JSON."""

from __future__ import annotations

import argparse
import json
import time

from benchmarks.insights import journeys, metrics, segments

if __name__ == "__main__":
    options = argparse.ArgumentParser(prog="python -m benchmarks.insights", description=__doc__)
    options.add_argument("--large", type=int, default=metrics.EVENTS, help="events that growth and memory are told of")
    large, figures = options.parse_args().large, dict[str, float]()
    for name, measure in (
        ("segments", segments.measure), ("journeys", journeys.measure), ("metrics", lambda: metrics.measure(large))
    ):  # fmt: skip
        start = time.perf_counter()
        figures |= measure()
        print(f"{name}: {time.perf_counter() - start:.0f} s", flush=True)
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}))
