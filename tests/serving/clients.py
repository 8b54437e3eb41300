"""Clients of an application in this process."""

from __future__ import annotations

from starlette.testclient import TestClient

from serving.http.app import create_app
from serving.http.current.state import CurrentState

HERE = ("127.0.0.1", 50_000)
ELSEWHERE = ("192.0.2.7", 50_000)


def client_of(
    current: CurrentState, address: tuple[str, int] = HERE, *, raise_server_exceptions: bool = True
) -> TestClient:
    """A client on this machine, or at another address."""
    return TestClient(create_app(current), client=address, raise_server_exceptions=raise_server_exceptions)
