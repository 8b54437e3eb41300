from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from serving.http.current.state import CurrentState
from serving.jobs.insights import refresh_all


@pytest.fixture(scope="module")
def _tables(current: CurrentState) -> None:
    refresh_all(current.state.settings, as_of=current.state.settings.now())


@pytest.mark.usefixtures("_tables")
def test_every_move_between_stages_is_a_list_as_long(http: TestClient) -> None:
    moves = http.get("/v1/insights/stages").json()["moves"]
    assert moves
    for move in moves[-12:]:
        asked = {name: move[name] for name in ("period", "before", "stage")}
        page = http.get("/v1/insights/stages/people", params=asked | {"count": 10_000}).json()
        assert page["total"] == len(page["customers"]) == (move["customers"] or 0)
    wrong = http.get(
        "/v1/insights/stages/people", params={"period": moves[0]["period"], "before": "activ", "stage": "new"}
    )
    assert (wrong.status_code, wrong.json()["error"]["field"]) == (422, "before")


@pytest.mark.usefixtures("_tables")
def test_every_way_is_a_list_as_long(http: TestClient) -> None:
    ways = http.get("/v1/insights/paths", params={"touchpoint": "order"}).json()["paths"]
    assert ways
    for way in ways[:6]:
        asked = {name: way[name] for name in ("touchpoint", "direction", "place")}
        page = http.get("/v1/insights/paths/people", params=asked | {"count": 10_000}).json()
        assert page["total"] == len(page["customers"]) == way["customers"]
    wrong = http.get("/v1/insights/paths", params={"touchpoint": "ordr"})
    assert (wrong.status_code, wrong.json()["error"]["field"]) == (422, "touchpoint")
