from __future__ import annotations

import pytest

from serving.http.jobs import answers


@pytest.fixture(autouse=True)
def nobody_runs_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked for here waits: no process of its own is begun for it."""
    monkeypatch.setattr(answers, "tend_jobs", lambda *_: None)
