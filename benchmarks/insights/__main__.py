"""Measure insights; the last line is JSON."""

from __future__ import annotations

import json
import time

from benchmarks.insights import journeys, metrics, segments

if __name__ == "__main__":
    figures: dict[str, float] = {}
    for part in (segments, journeys, metrics):
        start = time.process_time()
        figures |= part.measure()
        print(f"{part.__name__}: {time.process_time() - start:.0f} s of CPU, without other processes")
    print(json.dumps(figures))
