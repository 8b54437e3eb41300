"""Questions that came in at the same time, answered together: much of the work is the same for one as for some."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Final, Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")
Waiting = list[tuple[Question, "asyncio.Future[Answer]"]]
MOST: Final = 16  # questions that are answered together; what else there is to do need not wait for more


class Gathering(Generic[Question, Answer]):
    """Questions that wait until the event loop has read what has come: nobody waits for those still to come."""

    def __init__(self, answer: Callable[[Sequence[Question]], Iterable[Answer]]) -> None:
        self._answer = answer
        self._waiting: dict[tuple[asyncio.AbstractEventLoop, Hashable], Waiting[Question, Answer]] = {}

    async def ask(self, question: Question, alike: Hashable) -> Answer:
        """The answer to a question, which is given together with those that are ``alike``."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        waiting = self._waiting.setdefault((loop, alike), [])
        waiting.append((question, future))
        if len(waiting) == 1:
            loop.call_soon(self._answer_some, loop, alike)
        return await future

    def _answer_some(self, loop: asyncio.AbstractEventLoop, alike: Hashable) -> None:
        waiting = self._waiting.pop((loop, alike))
        if later := waiting[MOST:]:
            self._waiting[loop, alike] = later
            loop.call_soon(self._answer_some, loop, alike)
        self._settle(waiting[:MOST])

    def _settle(self, waiting: Waiting[Question, Answer]) -> None:
        """Give each its answer, or its error: when some fail together, each is answered alone."""
        try:
            answers = [*self._answer([question for question, _ in waiting])]
        except Exception as error:
            if len(waiting) > 1:
                for each in waiting:
                    self._settle([each])
            elif not (future := waiting[0][1]).done():
                future.set_exception(error)
        else:
            for (_, future), answer in zip(waiting, answers, strict=True):
                if not future.done():  # who asked may have been told to stop
                    future.set_result(answer)
