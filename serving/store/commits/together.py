"""One transaction for the work of several threads: the disk is waited for once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy.engine import Connection, Engine

from serving.store.outages.outage import outage_of

Result = TypeVar("Result")
Task = tuple[Callable[[Connection], Any], Future[Any]]


def commit_together(engine: Engine, work: Callable[[Connection], Result]) -> Result:
    """Do some work in a transaction, of SQLite together with what other threads want to keep at the same time.

    It returns once the work is committed. SQLite has one writer, whose turn others would else ask for again and again;
    PostgreSQL brings the transactions of several connections to the disk together by itself.
    """
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            return work(connection)
    with _OPEN:
        turns = _TURNS.setdefault(engine, _Turns())
    result: Result = turns.do(engine, work)
    return result


class _Turns:
    """Whoever's turn it is does the work of all who wait."""

    def __init__(self) -> None:
        self._waiting = SimpleQueue[Task]()
        self._turn = Lock()

    def do(self, engine: Engine, work: Callable[[Connection], Any]) -> Any:
        outcome = Future[Any]()
        self._waiting.put((work, outcome))
        with self._turn:
            if not outcome.done():
                self._do(engine, [*self._tasks()])
        return outcome.result()

    def _do(self, engine: Engine, tasks: Sequence[Task]) -> None:
        """Do all in one transaction; where one fails, each in its own."""
        try:
            with engine.begin() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")  # what is read before it is written stays true
                results = [work(connection) for work, _ in tasks]
        except Exception as error:
            if outage_of(error) is not None:
                _fail([*tasks, *self._tasks()], error)  # who has come meanwhile would only wait as long
            elif len(tasks) == 1:
                _fail(tasks, error)
            else:
                for task in tasks:
                    self._do(engine, [task])
        else:
            for (_, outcome), result in zip(tasks, results, strict=True):
                outcome.set_result(result)

    def _tasks(self) -> Iterator[Task]:
        """All that wait."""
        try:
            while True:
                yield self._waiting.get_nowait()
        except Empty:
            return


def _fail(tasks: Sequence[Task], error: Exception) -> None:
    for _, outcome in tasks:
        outcome.set_exception(error)


_TURNS: Final = WeakKeyDictionary[Engine, _Turns]()
_OPEN: Final = Lock()
