"""Schemathesis asks by the description alone, and finds no answer that this does not tell, and none of 5xx."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from features.config.settings import read_settings
from serving.jobs.insights import refresh_all
from serving.store.engine import open_store
from serving.store.keys import SCOPES, clock, create_key
from tests.postgres import absent
from tests.serving.http.servers import stamkund_server
from tests.serving.http.test_libraries import HOW, LIBRARIES, PYTHON
from tests.serving.shop import carried_shop

SEGMENTS = "segments: {slipping: features.orders_90d > 1}\n"
EXAMPLES = 60  # of each operation, beside those that cover its parameters


@pytest.mark.slow
def test_nothing_that_is_not_described_is_answered(tmp_path: Path) -> None:
    program = PYTHON.parent / "schemathesis"
    if not program.exists():
        absent("libraries", HOW)
    config = carried_shop(tmp_path) / "stamkund.yaml"
    config.write_text(config.read_text(encoding="utf-8") + SEGMENTS, encoding="utf-8")
    settings = read_settings(config)
    refresh_all(settings, as_of=settings.now())
    store = open_store(settings.store_url)
    secret = create_key(store, "shop", SCOPES, now=clock(), lifetime=None)[1]
    store.dispose()
    with stamkund_server(config, tmp_path / "log") as (address, _):
        command: list[str | Path] = [program, "--config-file", LIBRARIES / "schemathesis.toml", "run"]
        options = ["--header", f"Authorization: Bearer {secret}", "--max-examples", str(EXAMPLES), "--seed", "1"]
        options += ["--exclude-operation-id", "post_job"]  # a job builds and trains
        command += [f"{address}/openapi.json", *options, "--continue-on-failure", "--no-shrink", "--warnings", "off"]
        command += ["--request-timeout", "60"]  # the first look at the tables takes seconds where the machine is busy
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=1200)
    assert ran.returncode == 0, ran.stdout[-20_000:]
    assert "No issues found" in ran.stdout
