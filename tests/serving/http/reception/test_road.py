from __future__ import annotations

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from serving.http.reception.road import Road


@pytest.mark.parametrize(
    ("path", "by"),
    [("/v1/scores", "ours"), ("/v1/", "ours"), ("/v1", "others"), ("/v10/scores", "others"), ("/livez", "others"),
     ("/", "others"), ("//v1/scores", "others"), ("/metrics", "others")],
)  # fmt: skip
def test_paths_of_ours_are_answered_by_us(path: str, by: str) -> None:
    road = Road(PlainTextResponse("ours"), PlainTextResponse("others"))
    assert TestClient(road).get(path).text == by
