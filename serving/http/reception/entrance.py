"""What a request goes through before it is answered: is there room, does the store answer, who asks, how often."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fastapi import Request, Response

from features.config.sections.serving import Serving
from features.errors import StamkundError
from features.units import SECOND
from serving.http.access.access import Access
from serving.http.access.scopes import NEEDED
from serving.http.limits.admission import Admission
from serving.http.limits.rates import Rates
from serving.http.readiness.pulse import Pulse
from serving.store.keys import Key


@dataclass(frozen=True)
class Entrance:
    """Refuses early, before a body is read, what would not be answered."""

    access: Access
    admission: Admission
    rates: Rates
    pulse: Pulse

    @classmethod
    def of(cls, access: Access, limits: Serving, pulse: Pulse) -> Entrance:
        """The entrance of a service with these settings."""
        admission = Admission(limits.at_once, limits.waiting, limits.timeout / SECOND)
        return cls(access, admission, Rates(limits.rate), pulse)

    async def check(self, request: Request, route: str, key: Callable[[], Awaitable[str | None]]) -> Key | None:
        """The key of a request; the error of one that may not ask this route, or comes at the wrong time.

        ``key`` gives the one in its body.
        """
        self.admission.check()
        self.pulse.check(writes=NEEDED[route] == "write")
        with self._noticed():
            known = await self.access.check(request, route, key)
        self.rates.check("" if known is None else known.id)
        return known

    async def answer(self, work: Callable[[], Awaitable[Response]]) -> Response:
        """The answer, once there is a place to work on it."""
        with self._noticed():
            return await self.admission.admit(work)

    async def answer_here(self, work: Callable[[], Awaitable[Response]]) -> Response:
        """The answer of work that is too short to need a place."""
        with self._noticed():
            return await work()

    @contextmanager
    def _noticed(self) -> Iterator[None]:
        """Let the pulse hear of an outage."""
        try:
            yield
        except StamkundError as error:
            self.pulse.doubt(error.code)
            raise
