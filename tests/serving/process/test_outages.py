"""The database of a running service is stopped, frozen or read-only for a while: everybody is told, nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.ingest.company import company
from benchmarks.ingest.outages import KINDS, outage
from benchmarks.ingest.postgres import Cluster

STORE_TIMEOUT = 1  # seconds


@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "code"),
    [("stopped", "store_unavailable"), ("frozen", "store_unavailable"), ("read_only", "store_read_only")],
)
def test_the_database_is_away_for_a_while(
    how: str, code: str, cluster: Cluster, postgres_url: str, tmp_path: Path
) -> None:
    config = company(tmp_path / "company", postgres_url, store_timeout=f"{STORE_TIMEOUT}s")
    told = outage(config, KINDS[how](cluster), seconds=8)
    assert set(told.codes) == {code}
    assert told.ready == (True, False, True)
    assert told.slowest < 1.2 * STORE_TIMEOUT + 2 + 8  # a statement, a new connection, and what a busy machine takes
    assert told.left == {"lost": 0, "duplicated": 0}
