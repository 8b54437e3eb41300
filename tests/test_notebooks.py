"""Every notebook runs from top to bottom on a small sample."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from features.config.settings import read_settings
from serving.jobs.build import build_all
from tests.sample import sample_config

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
LONG = (  # train and register a model, score everybody or refresh all insights, which takes a while
    "what_customers_are_worth",
    "what_decisions_bring",
    "what_drives_lapse",
    "what_is_happening",
    "your_own_estimator",
)
CASES = [pytest.param(p, id=p.stem, marks=[pytest.mark.slow] if p.stem in LONG else []) for p in NOTEBOOKS]


@pytest.mark.parametrize("path", CASES)
def test_a_notebook_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = sample_config(tmp_path, every=25)
    settings = read_settings(config)
    build_all(settings, as_of=settings.now())
    monkeypatch.setenv("STAMKUND_CONFIG", str(config))
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}).execute()
    assert not [o for c in notebook.cells for o in c.get("outputs", []) if o.get("name") == "stderr"]
