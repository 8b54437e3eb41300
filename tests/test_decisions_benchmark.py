"""The benchmark of decisions at its smallest: what is asked is answered, and limits that fill up hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.decisions import __main__ as bench
from benchmarks.decisions.people import people
from benchmarks.decisions.race import race
from benchmarks.decisions.world import Limits, shop

pytestmark = pytest.mark.slow
PROMISED = {
    "floor_p50_ms", "arithmetic_p50_ms", "one_p50_ms", "one_p99_ms", "three_p50_ms", "three_p99_ms",
    "decisions_per_second", "overhead_ratio", "log_bytes",
}  # fmt: skip


def test_what_is_asked_is_answered_and_full_limits_are_never_exceeded(tmp_path: Path) -> None:
    config = shop(tmp_path / "shop", 10_000)
    figures = bench.measure(config, requests=8)
    assert figures.keys() >= PROMISED
    assert all(figures[name] > 0 for name in PROMISED)
    given = race(config, people(config)[:10], requests=60, limits=Limits(customer=8, campaign=12, amount=4.0))
    assert (given["caps_exceeded"], given["budget_exceeded"]) == (0, 0)
    used = {name: figure for name, figure in given.items() if "_used_" in name}
    assert used.keys() >= {"cap_used_sqlite", "budget_used_sqlite"}
    assert set(used.values()) == {1}
    assert given["race_choices"] <= 10 * 8 * len(used) / 2  # on each store
