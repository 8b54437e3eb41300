from __future__ import annotations

import pytest
from sqlalchemy.engine import Engine

from features.errors import StamkundError
from serving.http.current.state import CurrentState, State


class Origin:
    """Where a state is loaded from: of some version, or corrupt."""

    def __init__(self, state: State) -> None:
        self.state, self.version, self.is_corrupt = state, 1, False

    def fingerprint(self) -> object:
        self.check()
        return self.version

    def reload(self, _: Engine) -> State:
        self.check()
        return self.state

    def check(self) -> None:
        if self.is_corrupt:
            raise StamkundError("lake_corrupt", "The lake is corrupt.")


def test_a_lake_that_breaks_while_the_service_runs_is_logged_once_and_answers_go_on(
    current: CurrentState, caplog: pytest.LogCaptureFixture
) -> None:
    origin = Origin(current.state)
    running = CurrentState(current.state, origin.reload, origin.fingerprint)
    assert not running.renew()
    origin.is_corrupt = True
    assert [running.renew(), running.renew()] == [False, False]
    assert [record.getMessage() for record in caplog.records] == [
        "lake_corrupt: The lake is corrupt. Answering from the last ones."
    ]
    assert running.state is current.state
    origin.is_corrupt, origin.version = False, 2
    assert running.renew()
    assert not running.renew()
