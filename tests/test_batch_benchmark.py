"""The benchmark of batches does its work at a tiny size: how long it takes is not asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.batch import measure
from benchmarks.serving.worlds import small
from features.config.settings import read_settings


@pytest.mark.slow
def test_what_a_batch_costs_is_told(tmp_path: Path) -> None:
    figures = measure(read_settings(small(tmp_path, 6_000)))
    assert figures.keys() == {"customers", "rows_per_second", "predict_ratio", "contrib_ratio", "peak_rss_gb"}
    assert all(value > 0 for value in figures.values())
    assert figures["customers"] == pytest.approx(87, abs=20)
