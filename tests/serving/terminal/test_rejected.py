"""Rejected messages on the command line, and in the doctor's report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from features.config.settings import read_settings
from serving.jobs.doctor import rejected_messages
from serving.store.engine import open_store
from serving.store.keys import clock
from serving.store.rejections import Rejection, keep_rejections
from stamkund import app


@pytest.fixture
def config(tmp_path: Path) -> Path:
    config = tmp_path / "stamkund.yaml"
    config.write_text("name: Shop\nsources: {}\n")
    return config


def keep(config: Path, *rejections: Rejection) -> None:
    store = open_store(read_settings(config).store_url)
    keep_rejections(store, rejections, received_at=clock(), keep=10**12)
    store.dispose()


LATE = Rejection("future_time", "It is to come.", "timestamp", "m1", '{"event": "[a] Tea"}')
NOBODY = Rejection("missing_user", None, "userId", "m2", None)


def test_the_command_shows_what_was_rejected_and_why(config: Path) -> None:
    run = CliRunner()
    assert "No message was rejected" in run.invoke(app, ["rejected", "--config", str(config)]).stdout
    keep(config, LATE, NOBODY)
    shown = run.invoke(app, ["rejected", "--config", str(config)]).stdout
    assert [word in shown for word in ("future_time It is to come.", '{"event": "[a] Tea"}', "missing_user userId")]
    told = json.loads(run.invoke(app, ["rejected", "--config", str(config), "--json", "--count", "1"]).stdout)
    assert [each["code"] for each in told["rejected"]] == ["missing_user"]
    more = ["--json", "--before", str(told["next"])]
    rest = json.loads(run.invoke(app, ["rejected", "--config", str(config), *more]).stdout)
    assert ([each["code"] for each in rest["rejected"]], rest["next"]) == (["future_time"], None)


def test_the_doctor_tells_of_them_by_code(config: Path) -> None:
    url = read_settings(config).store_url
    assert rejected_messages(url) == []
    keep(config, LATE, NOBODY, Rejection("future_time", None, None, "m3", "{}"))
    (finding,) = rejected_messages(url)
    assert (finding.area, finding.level) == ("messages", "warning")
    assert "3 messages over HTTP were rejected in the last 7 days: 2 future_time, 1 missing_user." in finding.message
