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


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = sample_config(tmp_path, every=25)
    settings = read_settings(config)
    build_all(settings, as_of=settings.now())
    monkeypatch.setenv("STAMKUND_CONFIG", str(config))
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(path.parent)}}).execute()
    assert not [o for c in notebook.cells for o in c.get("outputs", []) if o.get("name") == "stderr"]
