"""Measure insights; the last line is JSON."""

from __future__ import annotations

import json

from benchmarks.insights.metrics import measure

if __name__ == "__main__":
    print(json.dumps(measure()))
