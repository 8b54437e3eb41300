"""Thousands of requests that are wrong in every way: each is answered with a code, and the service goes on."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import httpx
import pytest

from tests.serving.contract import Contract
from tests.serving.http.mutants import Mutant, mutants
from tests.serving.http.servers import stamkund_server
from tests.serving.shop import carried_shop

COUNT = 10_000


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A shop's server."""
    with stamkund_server(carried_shop(tmp_path) / "stamkund.yaml", tmp_path / "log") as (address, _):
        yield address


def answer_to(mutant: Mutant, address: str) -> httpx.Response:
    """The whole answer to bytes on a connection of their own."""
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(mutant.sent)
        came = b"".join(iter(lambda: connection.recv(65_536), b""))
    came = came.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
    head, _, body = came.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    return httpx.Response(int(status.split()[1]), headers=headers, content=body, request=mutant.request)


@pytest.mark.slow
def test_ten_thousand_malformed_requests_are_each_answered_by_a_code_and_the_service_goes_on(address: str) -> None:
    contract = Contract(httpx.get(f"{address}/openapi.json").json())
    statuses = Counter[int]()
    for mutant in mutants(COUNT, Random(11)):  # noqa: S311
        try:
            got = answer_to(mutant, address)
            assert got.status_code < 500, got.text
            if mutant.request is not None:
                contract.check(got)
            elif got.status_code >= 400 and mutant.method != b"HEAD":
                contract.check_error(got)
        except Exception as error:
            error.add_note(repr(mutant.sent[:3000]))
            raise
        statuses[got.status_code] += 1
    assert {200, 400, 404, 405, 413, 415, 422} <= {*statuses}, statuses
    assert statuses.total() == COUNT
    with httpx.Client(base_url=address) as http:
        assert http.get("/readyz").status_code == 200
        (scored,) = http.post("/v1/scores", json={"customers": ["9"]}).json()["scores"]
    assert scored["customer_id"] == "9"  # customer 1 is erased by a request that is mutated to DELETE
