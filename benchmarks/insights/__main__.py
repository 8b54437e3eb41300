"""Measure insights; the last line is JSON."""

from __future__ import annotations

import json

from benchmarks.insights import journeys, metrics, segments

if __name__ == "__main__":
    print(json.dumps({**metrics.measure(), **segments.measure(), **journeys.measure()}))
