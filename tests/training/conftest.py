from __future__ import annotations

import sys

import pytest

from training.learners.trees import fit_trees
from training.registration.register import register_model
from training.trainer import train


@pytest.fixture
def sketch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Training in a moment: a few trees, no pictures, and models that are handed out and not registered."""
    monkeypatch.setattr(sys.modules[fit_trees.__module__], "ROUNDS", 20)
    registration, training = sys.modules[register_model.__module__], sys.modules[train.__module__]
    monkeypatch.setattr(registration, "draw", lambda *_: None)
    monkeypatch.setattr(registration, "register", lambda *_, **__: 1)
    monkeypatch.setattr(training, "champion", lambda *_: None)
    monkeypatch.setattr(training, "made_from", lambda *_: None)
    monkeypatch.setattr(training, "challenge", lambda *_: None)
    monkeypatch.setattr(training, "promote", lambda *_: None)
