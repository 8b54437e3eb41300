"""Bodies that are too slow, and all of them together."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import pytest
from starlette.types import Message, Receive

from features.errors import StamkundError
from serving.http.limits.bodies import Bodies


def client(chunks: Iterable[bytes], *, pause: float = 0.0) -> Receive:
    """A client that sends these and then nothing more."""
    messages: list[Message] = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]

    async def receive() -> Message:
        await asyncio.sleep(pause if messages else 60)
        return messages.pop(0)

    return receive


async def read(bodies: Bodies, receive: Receive, times: int) -> None:
    with bodies.limited(receive) as limited:
        for _ in range(times):
            await limited()


def test_a_body_that_does_not_come_in_time_is_refused_however_it_trickles() -> None:
    bodies = Bodies(100, together=1000, timeout=0.05)
    for slow in (client([]), client([b"x"] * 50, pause=0.01)):
        with pytest.raises(StamkundError) as refused:
            asyncio.run(read(bodies, slow, 50))
        assert (refused.value.code, refused.value.params) == ("body_too_slow", {"seconds": 0.05})


def test_all_bodies_together_are_limited_and_what_ends_makes_room() -> None:
    async def scenario() -> list[str]:
        bodies, codes = Bodies(100, together=150, timeout=5), []
        for size in (100, 40, 20):  # the first is held while the others come
            try:
                with bodies.limited(client([b"x" * 100])) as first:
                    await first()
                    await read(bodies, client([b"x" * size]), 1)
                    codes.append("fits")
            except StamkundError as error:
                codes.append(error.code)
        return codes

    assert asyncio.run(scenario()) == ["overloaded", "fits", "fits"]
