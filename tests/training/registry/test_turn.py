from __future__ import annotations

import threading
from pathlib import Path

import pytest

from features.errors import StamkundError
from features.progress import silent
from training.registry import turn as module
from training.registry.turn import turn


def test_a_second_training_is_refused_when_the_first_does_not_end(tmp_path: Path) -> None:
    said: list[str] = []
    second = turn(tmp_path, lambda step, *_: said.append(step), wait=0.01)
    with turn(tmp_path, silent), pytest.raises(StamkundError, match="Another training") as refused, second:
        pass
    assert refused.value.code == "training_busy"
    assert set(said) == {"waiting for another training to end"}
    with turn(tmp_path, silent, wait=0.0):  # the first has ended
        pass


def test_a_second_training_begins_when_the_first_has_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK", 0.001)
    order, waiting = [], threading.Event()

    def second() -> None:
        with turn(tmp_path, lambda *_: waiting.set()):
            order.append("second")

    with turn(tmp_path, silent):
        thread = threading.Thread(target=second)
        thread.start()
        assert waiting.wait(30)
        order.append("first")
    thread.join(30)
    assert order == ["first", "second"]
