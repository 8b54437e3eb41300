"""Connections of a server that does nothing else."""

from __future__ import annotations

import socket
from contextlib import AbstractContextManager, ExitStack

import pytest
from starlette.responses import PlainTextResponse

from serving.http.limits import connections
from tests.serving.http.limits.server import running

ASK = b"GET / HTTP/1.1\r\nhost: shop\r\n\r\n"


def served(limit: int) -> AbstractContextManager[int]:
    """The port of a server with so many connections at once."""
    return running(PlainTextResponse("here"), connections=limit)


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def answer(client: socket.socket) -> bytes:
    client.sendall(ASK)
    return client.recv(15)


def test_a_new_connection_takes_the_place_of_the_one_that_is_idle_longest() -> None:
    with served(limit=3) as port, ExitStack() as stack:
        clients = [stack.enter_context(connect(port)) for _ in range(3)]
        assert answer(clients[0]) == b"HTTP/1.1 200 OK"  # so it is not idle longest any more
        assert answer(stack.enter_context(connect(port))) == b"HTTP/1.1 200 OK"
        assert clients[1].recv(1) == b""
        assert answer(clients[2]) == b"HTTP/1.1 200 OK"


def test_headers_that_do_not_come_in_time_end_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEADERS_TIMEOUT", 0.2)
    with served(limit=3) as port, connect(port) as client:
        client.sendall(ASK[:10])
        assert client.recv(1) == b""


def test_headers_without_end_are_refused() -> None:
    with served(limit=3) as port, connect(port) as client:
        client.sendall(ASK[:-2] + b"x: y\r\n" * 20_000)
        assert client.recv(12) == b"HTTP/1.1 400"
