from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from serving.http.current.state import CurrentState
from serving.store.engine import open_store
from tests.serving.clients import client_of
from tests.serving.shop import current_state_of, keep_records, open_shop


@pytest.fixture(scope="session")
def current(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CurrentState]:
    home = tmp_path_factory.mktemp("shop")
    settings, lineup = open_shop(home)
    current = current_state_of(settings, lineup, home)
    yield current
    current.close()


@pytest.fixture(scope="session")
def http(current: CurrentState) -> TestClient:
    return client_of(current, raise_server_exceptions=False)


@pytest.fixture
def own(current: CurrentState, tmp_path: Path) -> Iterator[CurrentState]:
    """The same shop with a store of its own, for a test that moves a customer on."""
    settings = current.state.settings.model_copy(update={"store": f"sqlite:///{tmp_path / 'own.db'}"})
    keep_records(current.state.lake, settings)
    state = replace(current.state, settings=settings, store=open_store(settings.store_url))
    own = CurrentState(state, lambda _: state, lambda: None)
    yield own
    own.close()
