"""The error that a response holds."""

from __future__ import annotations

from typing import Any

from httpx import Response

Json = dict[str, Any]


def error_of(got: Response) -> Json:
    body: Json = got.json()
    assert list(body) == ["error"]
    assert list(body["error"]) == ["code", "message", "field"]
    assert body["error"]["message"]
    error: Json = body["error"]
    return error
