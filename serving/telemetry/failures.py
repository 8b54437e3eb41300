"""Where an error came from, for the log."""

from __future__ import annotations

from collections.abc import Iterator
from traceback import StackSummary, walk_tb


def trace(error: BaseException) -> str:
    """The types and lines of code of an error and of those that led to it, without their words.

    Words may quote what a customer sent, or what the store holds of them.

    >>> try:
    ...     int("anna@shop.example")
    ... except ValueError as error:
    ...     print(trace(error))
    ValueError
      File "...", line 2, in <module>...
    """
    return "\nafter\n".join(_one(each) for each in _chain(error))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _one(error: BaseException) -> str:
    frames = StackSummary.extract(walk_tb(error.__traceback__)).format()
    return "\n".join([type(error).__qualname__, "".join(frames).rstrip()]).rstrip()
