"""Clients of an application in this process; every answer that they get is held against the published description."""

from __future__ import annotations

from typing import Any, ClassVar

from httpx import Response
from starlette.testclient import TestClient

from serving.http.app import create_app
from serving.http.current.state import CurrentState
from tests.serving.contract import Contract

HERE = ("127.0.0.1", 50_000)
ELSEWHERE = ("192.0.2.7", 50_000)


class CheckedClient(TestClient):
    """A client to which no answer may come that is not described."""

    contract: ClassVar[Contract | None] = None  # the same for all: it takes a while to read

    def request(self, *arguments: Any, **named: Any) -> Response:
        """Ask, and hold the answer against the description."""
        got: Response = super().request(*arguments, **named)
        if CheckedClient.contract is None:
            CheckedClient.contract = Contract(super().request("GET", "/openapi.json").json())
        CheckedClient.contract.check(got)
        return got


def client_of(
    current: CurrentState, address: tuple[str, int] = HERE, *, raise_server_exceptions: bool = True
) -> TestClient:
    """A client on this machine, or at another address."""
    return CheckedClient(create_app(current), client=address, raise_server_exceptions=raise_server_exceptions)
