"""Questions that came in at the same time, answered together: much of the work is the same for one as for some."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from features.errors import StamkundError
from serving.store.outages.outage import OUTAGES
from serving.telemetry.spans import tracing

if TYPE_CHECKING:
    from opentelemetry.trace import Span

Question = TypeVar("Question")
Answer = TypeVar("Answer")
Waiting = list[tuple[Question, "asyncio.Future[Answer]", "Span | None"]]
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
        waiting.append((question, future, tracing.request()))
        if len(waiting) == 1:
            loop.call_soon(self._answer_some, loop, alike)
        return await future

    def _answer_some(self, loop: asyncio.AbstractEventLoop, alike: Hashable) -> None:
        if (loop, alike) not in self._waiting:  # an outage has answered them
            return
        waiting = self._waiting.pop((loop, alike))
        if later := waiting[MOST:]:
            self._waiting[loop, alike] = later
            loop.call_soon(self._answer_some, loop, alike)
        self._settle(loop, waiting[:MOST])

    def _settle(self, loop: asyncio.AbstractEventLoop, waiting: Waiting[Question, Answer]) -> None:
        """Give each its answer, or its error: when some fail together, each is answered alone.

        An outage is that of all who wait: to find it again for each would hold up the event loop each time.
        """
        try:
            with tracing.work_for([request for *_, request in waiting]):
                answers = [*self._answer([question for question, *_ in waiting])]
        except Exception as error:
            if isinstance(error, StamkundError) and error.code in OUTAGES:
                _fail(waiting + self._take_all(loop), error)
            elif len(waiting) > 1:
                for each in waiting:
                    self._settle(loop, [each])
            else:
                _fail(waiting, error)
        else:
            for (_, future, _), answer in zip(waiting, answers, strict=True):
                if not future.done():  # who asked may have been told to stop
                    future.set_result(answer)

    def _take_all(self, loop: asyncio.AbstractEventLoop) -> Waiting[Question, Answer]:
        """All that wait on an event loop, who wait no more."""
        keys = [key for key in self._waiting if key[0] is loop]
        return [each for key in keys for each in self._waiting.pop(key)]


def _fail(waiting: Waiting[Question, Answer], error: Exception) -> None:
    for _, future, _ in waiting:
        if not future.done():
            future.set_exception(error)
