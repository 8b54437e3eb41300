"""Clients that ask for decisions of a service that may die: what is not answered they ask again."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPException
from itertools import count
from typing import Final

import orjson

from benchmarks.serving.clients import HEADERS, connect

AGAIN: Final = 0.05  # seconds after which a request is made again
PATIENCE: Final = 180.0  # seconds in which a request is answered at last


@dataclass
class Askers:
    """So many ``clients``, who ask for a placement.

    ``answered`` are the decisions, ``killed`` counts the requests that were cut off.
    """

    address: str
    customers: Sequence[str]
    clients: int
    answered: list[str] = field(default_factory=list)
    killed: int = 0

    def ask(self, requests: int) -> None:
        """So many requests in all, each until it is answered."""
        numbers = count()

        def client(_: int) -> None:
            while (number := next(numbers)) < requests:
                self.answered.append(self._answer(number))

        with ThreadPoolExecutor(self.clients) as pool:
            list(pool.map(client, range(self.clients)))

    def _answer(self, number: int) -> str:
        """The id of the decision that a request is answered by, each time by a new one."""
        end = time.monotonic() + PATIENCE
        profile = {"id_type": "user_id", "id": self.customers[number % len(self.customers)]}
        body = {"profile": profile, "context": {"channel": "web"}, "placements": [{"id": "row"}], "explain": "none"}
        while time.monotonic() < end:
            try:
                with closing(connect(self.address)) as connection:
                    connection.request("POST", "/v1/decisions", orjson.dumps(body), HEADERS)
                    response = connection.getresponse()
                    told = orjson.loads(response.read())
            except ConnectionRefusedError:  # it has died, and comes again: nothing was asked
                pass
            except (OSError, HTTPException, orjson.JSONDecodeError):
                self.killed += 1
            else:
                if response.status == 200:
                    return str(told["decision_id"])
            time.sleep(AGAIN)
        raise TimeoutError(f"Request {number} is not answered.")
