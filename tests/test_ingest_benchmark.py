"""The benchmark of ingest does its work at a tiny size: how long it takes is not asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.ingest import measure


@pytest.mark.parametrize("given_ids", [True, False])
def test_the_lake_holds_what_the_file_says(tmp_path: Path, *, given_ids: bool) -> None:
    figures = measure(tmp_path, 600, 1, given_ids=given_ids)
    assert (figures["rows"], figures["ratio"] > 0) == (600, True)
