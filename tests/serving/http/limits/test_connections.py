"""Connections of a server that does nothing else."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from features.texts.catalogue import Language
from serving.http.limits import connections
from serving.http.limits.connections import BoundedProtocol
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


def test_a_client_that_sends_no_body_makes_way_like_one_that_sends_no_headers() -> None:
    async def size(scope: Scope, receive: Receive, send: Send) -> None:
        with suppress(ClientDisconnect):
            body = await Request(scope, receive).body()
            await PlainTextResponse(str(len(body)))(scope, receive, send)

    with running(size, connections=3) as port, ExitStack() as stack:
        clients = [stack.enter_context(connect(port)) for _ in range(3)]
        for client in clients:
            client.sendall(b"POST / HTTP/1.1\r\nhost: shop\r\ncontent-length: 2\r\n\r\na")
            time.sleep(0.05)
        clients[0].sendall(b"b")  # so it is not silent longest any more
        assert clients[0].recv(15) == b"HTTP/1.1 200 OK"
        for _ in range(2):
            assert answer(stack.enter_context(connect(port))) == b"HTTP/1.1 200 OK"
        assert clients[1].recv(1) == b""


def test_headers_that_do_not_come_in_time_end_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEADERS_TIMEOUT", 0.2)
    with served(limit=3) as port, connect(port) as client:
        client.sendall(ASK[:10])
        assert client.recv(1) == b""


def test_headers_without_end_are_refused() -> None:
    with served(limit=3) as port, connect(port) as client:
        client.sendall(ASK[:-2] + b"x: y\r\n" * 20_000)
        answered = client.recv(2000)
    assert answered.startswith(b"HTTP/1.1 431 ")
    assert b'{"code":"malformed_request","params":{"case":"headers","limit":64000},' in answered


@pytest.mark.parametrize("header", [b"x: ", b"x: y\r\n" * 9_000 + b"z: "])
def test_headers_that_come_in_one_piece_are_held_to_the_same_limit(header: bytes) -> None:
    with served(limit=3) as port, connect(port) as client:
        client.sendall(ASK[:-2] + header + b"y" * 20_000 + b"\r\n\r\n")
        expected = b"HTTP/1.1 200 OK" if header == b"x: " else b"HTTP/1.1 431 Request Header Fields Too Large"
        assert client.recv(len(expected)) == expected


def test_a_target_that_is_no_path_is_answered_as_one_that_leads_nowhere() -> None:
    async def path(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse(scope["path"])(scope, receive, send)

    with running(path) as port, connect(port) as client:
        client.sendall(b"OPTIONS * HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n")
        assert read_all(client).partition(b"\r\n\r\n")[2] == b"/*"


def test_what_is_no_http_is_refused_in_the_one_shape_of_errors() -> None:
    with served(limit=3) as port, connect(port) as client:
        client.sendall(b"anna@shop.example\r\n\r\n")
        head, _, body = read_all(client).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\n")
    assert b"\r\nrequest-id: " in head
    error = json.loads(body)["error"]
    assert (error["code"], error["field"], "anna" in error["message"]) == ("malformed_request", None, False)
    assert list(error) == ["code", "params", "message", "field"]


@pytest.mark.parametrize(("language", "begins"), [("en", "This is no request"), ("sv", "Det här är inget anrop")])
def test_what_is_no_http_is_refused_in_the_language_of_the_company(language: Language, begins: str) -> None:
    with running(PlainTextResponse("here"), language=language) as port, connect(port) as client:
        client.sendall(b"POST / HTTP/1.1\r\nhost: shop\r\ncontent-length: many\r\n\r\n")
        error = json.loads(read_all(client).partition(b"\r\n\r\n")[2])["error"]
    assert (error["code"], error["message"][: len(begins)]) == ("malformed_request", begins)


LARGE = 20_000_000  # bytes, more than the buffers of two sockets hold


@contextmanager
def large() -> Iterator[socket.socket]:
    """A client that has asked for a large answer and not read it, of a server that is not patient."""
    with running(PlainTextResponse(b"." * LARGE)) as port, socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(10)
        client.connect(("127.0.0.1", port))
        client.sendall(ASK)
        yield client


def test_a_client_that_does_not_read_its_answer_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "READ_EVERY", 0.1)
    ended = threading.Event()
    lost = BoundedProtocol.connection_lost

    def see(self: BoundedProtocol, exc: Exception | None) -> None:
        lost(self, exc)
        ended.set()

    monkeypatch.setattr(BoundedProtocol, "connection_lost", see)
    with large() as client:
        assert ended.wait(10)
        assert len(read_all(client)) < LARGE


def test_a_client_that_reads_gets_all_of_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "READ_EVERY", 0.5)
    monkeypatch.setattr(connections, "READ_LEAST", 1)
    monkeypatch.setattr(connections, "HEADERS_TIMEOUT", 0.1)  # it is idle long before it has read everything
    with large() as client:
        time.sleep(0.05)
        assert len(read_all(client).partition(b"\r\n\r\n")[2]) == LARGE


def read_all(client: socket.socket) -> bytes:
    """All that comes until the other side ends."""
    parts = []
    with suppress(ConnectionResetError):
        while part := client.recv(65_536):
            parts.append(part)
    return b"".join(parts)
