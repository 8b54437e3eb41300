"""Whether the store answers and takes writes, asked again and again: what readiness is, and when it comes back."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from serving.store.engine import insert_new
from serving.store.outages.outage import OUTAGES, UNAVAILABLE, error_of, outage_of
from serving.store.tables.schema import LOG_ID, META

log = logging.getLogger("stamkund.serving")
EVERY: Final = 1.0  # seconds between two questions
_READ: Final = sa.select(META.c.key).limit(1)
_WRITE: Final = sa.update(META).where(META.c.key == LOG_ID).values(value=META.c.value)
_FILLING: Final = {"key": "pulse", "value": "." * 100_000}
_CLEAR: Final = sa.delete(META).where(META.c.key == "pulse")


@dataclass(frozen=True)
class Standing:
    """The codes of the outages that keep the store from being read and from being written to."""

    reads: str | None = None
    writes: str | None = None


class Pulse:
    """The standing of a store, renewed every second, and at once when a request has met an outage."""

    def __init__(self, store: Engine) -> None:
        self.standing = Standing()
        self._store, self._since = store, 0.0
        self._wake, self._stop = threading.Event(), threading.Event()

    def check(self, *, writes: bool) -> None:
        """Raise the outage that keeps a request from being answered, without waiting for the store."""
        code = self.standing.reads or (self.standing.writes if writes else None)
        if code is not None:
            raise error_of(code)

    def doubt(self, code: str) -> None:
        """Hear of an error that a request met; an outage of the store is looked into at once."""
        if code in OUTAGES:
            self._wake.set()

    def beat(self, *, doubted: bool = False) -> None:
        """Ask the store, and log when it stops or begins to answer; what was doubted is written to."""
        before, now = self.standing, self._ask(thoroughly=doubted or self.standing != Standing())
        self.standing = now
        told, was = now.reads or now.writes, before.reads or before.writes
        if told is not None and told != was:
            self._since = self._since if was else time.monotonic()
            log.error("%s: %s Not ready until it does again.", told, error_of(told), extra={"event": told})
        elif told is None and was is not None:
            seconds = round(time.monotonic() - self._since)
            extra = {"event": "store_back", "seconds": seconds}
            log.warning("The store answers and takes events again, after %d s.", seconds, extra=extra)

    def watch(self) -> None:
        """Ask in the background until :meth:`close`."""
        threading.Thread(target=self._watch, name="stamkund-pulse", daemon=True).start()

    def close(self) -> None:
        """Ask no more."""
        self._stop.set()
        self._wake.set()

    def _watch(self) -> None:
        while not self._stop.is_set():
            doubted = self._wake.wait(EVERY)
            self._wake.clear()
            if not self._stop.is_set():
                self.beat(doubted=doubted)

    def _ask(self, *, thoroughly: bool) -> Standing:
        try:
            with self._store.connect() as connection:
                connection.execute(_READ).first()
        except SQLAlchemyError as error:
            code = outage_of(error) or UNAVAILABLE
            return Standing(reads=code, writes=code)
        try:
            with self._store.connect() as connection:
                return Standing(writes=_writes(connection, thoroughly=thoroughly))
        except SQLAlchemyError as error:
            return Standing(writes=outage_of(error) or UNAVAILABLE)


def _writes(connection: Connection, *, thoroughly: bool) -> str | None:
    """What keeps the store from being written to; ``thoroughly``, as much is put on its disk as a batch of events."""
    if connection.dialect.name == "postgresql":
        if connection.exec_driver_sql("SHOW transaction_read_only").scalar() == "on":
            return "store_read_only"
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.execute(_WRITE)  # and not committed: nothing comes on the disk
        connection.rollback()
    if thoroughly:
        connection.execute(_CLEAR)
        connection.execute(insert_new(connection.engine, META, "key"), _FILLING)
        connection.commit()
        connection.execute(_CLEAR)
        connection.commit()
    return None
