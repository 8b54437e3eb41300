"""Lets requests in that bring the key their route needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import Request
from sqlalchemy.engine import Engine
from starlette.concurrency import run_in_threadpool

from features.errors import StamkundError
from serving.http.access.authorization import secret_in
from serving.http.access.nearness import is_local
from serving.http.access.scopes import NEEDED, OPEN, OPEN_HERE
from serving.store.engine import outages_as_errors
from serving.store.keys import Key, Scope, any_key, clock, key_of


class Access:
    """Checks each request's key against the store, so that what is revoked there opens nothing any more."""

    def __init__(self, store: Callable[[], Engine]) -> None:
        self._store = store

    @property
    def is_near(self) -> bool:
        """Whether to read the store is to read pages of a file in memory, a third of what a thread costs."""
        return self._store().dialect.name == "sqlite"

    async def check(self, request: Request, route: str, key: Callable[[], Awaitable[str | None]]) -> Key | None:
        """The key of a request; the error of one that may not ask this route, such as ``POST /v1/scores``.

        ``key`` gives the one in its body, which counts where no header says who asks. None where none is needed.
        """
        if route in OPEN or (route in OPEN_HERE and is_local(request)):
            return None
        needed, store, header = NEEDED[route], self._store(), request.headers.get("authorization")
        secret = await key() if header is None else secret_in(header)
        if self.is_near:
            return _checked(store, secret, needed, request)
        return await run_in_threadpool(_checked, store, secret, needed, request)


@outages_as_errors()
def _checked(store: Engine, secret: str | None, needed: Scope | None, request: Request) -> Key | None:
    key = None if secret is None else key_of(store, secret)
    if key is not None:
        _check_key(key, needed)
    elif any_key(store):
        if secret is None:
            raise StamkundError("missing_key") if needed is None else StamkundError("missing_key.scope", scope=needed)
        raise StamkundError("unknown_key")
    elif not is_local(request):
        raise StamkundError("no_keys", scope=needed or "read")
    return key


def _check_key(key: Key, needed: Scope | None) -> None:
    state = key.state(clock())
    if state != "valid":
        raise StamkundError(f"{state}_key", key=key.id)
    if needed is not None and not key.allows(needed):
        raise StamkundError("missing_scope", scope=needed, key=key.id, scopes=list(key.scopes))
