"""What tests read in answers: the error of one, and why a decision did not choose an offer."""

from __future__ import annotations

from typing import Any

from httpx import Response

Json = dict[str, Any]


def error_of(got: Response) -> Json:
    body: Json = got.json()
    assert list(body) == ["error"]
    assert list(body["error"]) == ["code", "params", "message", "field"]
    assert body["error"]["message"]
    error: Json = body["error"]
    return error


def reasons_of(placement: Json) -> dict[str, str]:
    """Of each offer that a placement tells why it does not show, the reason."""
    return {out["offer_id"]: each["reason"] for each in placement["excluded"] for out in each["offers"]}
