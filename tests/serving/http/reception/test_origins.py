"""Pages of shops, whose browsers ask before they send."""

from __future__ import annotations

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from features.config.sections.serving import Serving
from serving.http.current.state import CurrentState
from tests.serving.clients import ELSEWHERE, client_of
from tests.serving.http.errors import error_of

PAGE = {"messageId": "m", "userId": "3"}
ASKED = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type"}


def shop_of(current: CurrentState, *origins: str) -> TestClient:
    serving = current.state.settings.serving.model_copy(update={"origins": origins})
    state = replace(current.state, settings=current.state.settings.model_copy(update={"serving": serving}))
    return client_of(CurrentState(state, lambda _: state, lambda: None), ELSEWHERE)


def test_a_page_of_the_shop_may_send_messages(current: CurrentState) -> None:
    http, origin = shop_of(current, "https://shop.example"), {"origin": "https://shop.example"}
    for path in ("/v1/t", "/v1/b", "/v1/page", "/v1/batch"):
        got = http.options(path, headers=origin | ASKED)  # without a key
        assert (got.status_code, got.headers["access-control-allow-origin"]) == (200, "https://shop.example")
        assert got.headers["access-control-allow-headers"] == "authorization,content-type"
        assert "POST" in got.headers["access-control-allow-methods"]
    for content, status in ((b"{}", 403), (b"x" * 100_001, 413)):  # what a page cannot read it sends again
        told = http.post("/v1/p", content=content, headers=origin)
        assert (told.status_code, told.headers["access-control-allow-origin"]) == (status, "https://shop.example")
        assert "Request-Id" in told.headers["access-control-expose-headers"]


def test_a_page_of_others_may_not(current: CurrentState) -> None:
    http, origin = shop_of(current, "https://shop.example"), {"origin": "https://shop.example.evil.example"}
    got = http.options("/v1/t", headers=origin | ASKED)
    assert (got.status_code, error_of(got)["code"]) == (403, "foreign_origin")
    assert "access-control-allow-origin" not in got.headers
    assert "access-control-allow-origin" not in http.post("/v1/p", json=PAGE, headers=origin).headers


@pytest.mark.parametrize("path", ["/v1/scores", "/v1/decisions", "/v1/profiles/user_id:3", "/metrics", "/openapi.json"])
def test_nothing_but_messages_is_opened_to_pages(current: CurrentState, path: str) -> None:
    http, origin = shop_of(current, "*"), {"origin": "https://shop.example"}
    got = http.options(path, headers=origin | ASKED)
    assert (got.status_code, error_of(got)["code"]) == (405, "method_not_allowed")
    assert "access-control-allow-origin" not in got.headers


def test_without_the_setting_no_page_may_send(http: TestClient) -> None:
    got = http.options("/v1/t", headers={"origin": "https://shop.example"} | ASKED)
    assert (got.status_code, "access-control-allow-origin" in got.headers) == (405, False)


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://Shop.Example/", "https://shop.example"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("*", "*"),
        ("shop.example", None),
        ("https://shop.example/cart", None),
        ("https://*.shop.example", None),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(text: str, origin: str | None) -> None:
    if origin is None:
        with pytest.raises(ValueError, match="is no origin of pages"):
            Serving.model_validate({"origins": [text]})
    else:
        assert Serving.model_validate({"origins": [text]}).origins == (origin,)
