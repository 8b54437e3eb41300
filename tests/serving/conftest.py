from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from serving.http.app import create_app
from serving.http.state import Live
from tests.serving.shop import live_of, open_shop


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
