"""The ready configurations are read without a complaint."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.config.settings import read_settings
from training.targets import targets_of

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.mark.parametrize("name", ["bank", "completejourney", "telco"])
def test_an_example_is_read_and_predicts_something(name: str) -> None:
    assert targets_of(read_settings(EXAMPLES / name / "stamkund.yaml"))
