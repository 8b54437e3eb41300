"""Batches whose process is killed while a transaction is open, and begun again."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.serving.http.servers import ROOT
from tests.serving.shop import carried_shop

LIMITED = """
decisions:
  caps: {few: {limit: 9, each: offer, scope: total}}
  budgets: {launch: {amount: 12, campaign: now}}
  exploration: {share: 0.3, width: 3}
"""
DECIDE = """
import os, signal, sys
from pathlib import Path
import serving.batches.chunk as chunk
from features.config.settings import read_settings
from serving.batches.batch import Batch
from serving.http.answers.requests import DecisionRequest, PlacementRequest
from serving.http.current.state import load_state

config, last = Path(sys.argv[1]), int(sys.argv[2])
add, calls = chunk.add_decisions, []

def dying(connection, decisions, content):
    add(connection, decisions, content)
    calls.append(len(decisions))
    if len(calls) == last:
        os.kill(os.getpid(), signal.SIGKILL)

chunk.add_decisions = dying
state = load_state(read_settings(config), folder=config.parent)
request = DecisionRequest(context={"channel": "web"}, placements=[PlacementRequest(id="home", count=2)])
Batch(state, request, "night", keep=True, chunk=9).write(f"sqlite:///{config.parent}/crm.db", "offers", append=True)
"""


def shop(folder: Path) -> Path:
    folder.mkdir()
    config = carried_shop(folder) / "stamkund.yaml"
    config.write_text(config.read_text() + LIMITED)
    return config


def decide(config: Path, *, dies_at: int = 0) -> int:
    return subprocess.run([sys.executable, "-c", DECIDE, str(config), str(dies_at)], cwd=ROOT, check=False).returncode


def rows(file: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as store:
        return sorted(store.execute(query).fetchall(), key=repr)


@pytest.mark.slow
def test_a_batch_that_is_killed_again_and_again_comes_to_what_it_would_have(tmp_path: Path) -> None:
    whole, killed = shop(tmp_path / "whole"), shop(tmp_path / "killed")
    assert decide(whole) == 0
    for dies_at in (3, 1, 4):  # in the middle of a transaction, of the first one, and of a later one
        assert decide(killed, dies_at=dies_at) == -signal.SIGKILL
        assert rows(killed.parent / "crm.db", "SELECT name FROM sqlite_master WHERE name = 'offers'") == []
    assert decide(killed) == 0
    told = [rows(config.parent / "crm.db", "SELECT * FROM offers") for config in (whole, killed)]
    assert told[0] == told[1] != []
    stores = [next(config.parent.rglob("store.db")) for config in (whole, killed)]
    for query in (
        "SELECT customer_id, placements, log FROM decisions",
        "SELECT * FROM totals",
        "SELECT decision_id, fragment, position, offer_id FROM choices",
    ):
        first, second = (rows(store, query) for store in stores)
        assert first == second != []
