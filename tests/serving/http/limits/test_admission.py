"""How many requests are worked at: the others wait, or are told to come later."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from features.errors import StamkundError
from serving.http.limits.admission import Admission


async def code_of(work: Awaitable[str]) -> str:
    try:
        return await work
    except StamkundError as error:
        return error.code


def waits_for(event: asyncio.Event) -> Callable[[], Awaitable[str]]:
    async def work() -> str:
        await event.wait()
        return "done"

    return work


def test_who_has_no_place_and_nowhere_to_wait_is_refused_at_once() -> None:
    async def scenario() -> tuple[str, list[str]]:
        admission, event = Admission(at_once=1, waiting=1, timeout=5), asyncio.Event()
        taken = [asyncio.ensure_future(code_of(admission.admit(waits_for(event)))) for _ in range(2)]
        await asyncio.sleep(0.01)
        third = await code_of(admission.admit(waits_for(event)))
        with pytest.raises(StamkundError) as early:
            admission.check()
        assert early.value.code == "overloaded"
        event.set()
        first_two = await asyncio.gather(*taken)
        return third, [*first_two, await code_of(admission.admit(waits_for(event)))]

    assert asyncio.run(scenario()) == ("overloaded", ["done", "done", "done"])


def test_what_takes_too_long_is_answered_and_keeps_its_place_until_it_has_ended() -> None:
    async def scenario() -> list[str]:
        admission, event = Admission(at_once=1, waiting=9, timeout=0.05), asyncio.Event()
        answers = [await code_of(admission.admit(waits_for(event)))]  # it goes on
        answers.append(await code_of(admission.admit(waits_for(event))))  # no place came free in its time
        event.set()
        await asyncio.sleep(0.01)
        return [*answers, await code_of(admission.admit(waits_for(event)))]

    assert asyncio.run(scenario()) == ["timed_out", "timed_out", "done"]


def test_an_error_is_passed_on_and_frees_its_place() -> None:
    async def fails() -> str:
        raise StamkundError("no_model", "None.")

    async def scenario() -> list[str]:
        admission = Admission(at_once=1, waiting=0, timeout=5)
        return [await code_of(admission.admit(fails)) for _ in range(3)]

    assert asyncio.run(scenario()) == ["no_model"] * 3
