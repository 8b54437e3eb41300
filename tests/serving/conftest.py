from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from serving.http.app import create_app
from serving.http.state import Live
from serving.store.engine import open_store
from tests.serving.shop import keep_records, live_of, open_shop


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    home = tmp_path_factory.mktemp("shop")
    settings, lineup = open_shop(home)
    live = live_of(settings, lineup, home)
    yield live
    live.close()


@pytest.fixture(scope="session")
def http(live: Live) -> TestClient:
    return TestClient(create_app(live), raise_server_exceptions=False)


@pytest.fixture
def own(live: Live, tmp_path: Path) -> Iterator[Live]:
    """The same shop with a store of its own, for a test that moves a customer on."""
    settings = live.state.settings.model_copy(update={"store": f"sqlite:///{tmp_path / 'own.db'}"})
    keep_records(live.state.lake, settings)
    state = replace(live.state, settings=settings, store=open_store(settings.store_url))
    own = Live(state, lambda _: state, lambda: None)
    yield own
    own.close()
