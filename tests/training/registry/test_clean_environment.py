"""A registered model answers where this program is not installed: in an environment of nothing but its requirements."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.training.registry.models import MODEL, X, settings_in
from training.learners.blend import LEARNERS, Blend
from training.registry.client import registry_client
from training.registry.promotion import promote
from training.registry.runs import register

SCRIPT = """
import json, sys
import mlflow, pandas
mlflow.set_tracking_uri(sys.argv[1])
rows = json.load(open(sys.argv[2]))
model = mlflow.pyfunc.load_model("models:/lapse@champion")
print(json.dumps([float(score) for score in model.predict(pandas.DataFrame(rows, columns=["a", "b"]))]))
"""


@pytest.mark.slow
def test_a_blend_says_the_same_to_the_bit_with_only_its_requirements(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "home")
    (tmp_path / "files").mkdir()
    y = (X[:, 0] > 0).astype(np.float64)
    scorer = Blend({name: LEARNERS[name].fit(X, y, "probability") for name in ("linear", "trees")})
    model = replace(MODEL, scorer=scorer)
    register(settings, model, parameters={}, figures={}, folder=tmp_path / "files", refusals=[], fingerprint="f")
    promote(settings, "lapse", 1)
    with registry_client(settings) as client:
        folder = client.get_model_version_download_uri("lapse", "1")
    requirements = Path(folder.removeprefix("file://")) / "requirements.txt"
    (tmp_path / "rows.json").write_text(json.dumps(X.tolist()))
    (tmp_path / "script.py").write_text(SCRIPT)
    run(sys.executable, "-m", "uv", "venv", "-q", "--python", sys.executable, "env", at=tmp_path)
    python = str(tmp_path / "env" / "bin" / "python")
    run(sys.executable, "-m", "uv", "pip", "install", "-q", "--python", python, "-r", str(requirements))
    said = run(python, "script.py", settings.registry_url, "rows.json", at=tmp_path)
    assert json.loads(said.splitlines()[-1]) == model.predict(X).tolist()


def run(*command: str, at: Path | None = None) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(command, cwd=at, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
