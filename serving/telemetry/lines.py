"""The lines of the service's log: JSON for machines, words for a terminal, and nothing of a customer in either."""

from __future__ import annotations

import logging
import sys
import threading
from datetime import UTC, datetime
from typing import Final, Literal

import orjson

from serving.telemetry.failures import trace
from serving.telemetry.request_id import current

OURS: Final = "stamkund"
QUIET: Final = ("bentoml", "uvicorn", "uvicorn.access", "mlflow", "alembic")
FIELDS: Final = ("endpoint", "seconds", "trace")  # that a line may have beside those that every line has
log = logging.getLogger("stamkund.serving")


def entry_of(record: logging.LogRecord) -> dict[str, object]:
    """What is told of a record: when, how grave, what (``event``), of which request, by which worker, in words.

    The words of other libraries may repeat what a customer sent: of theirs the first line is told, unfilled.

    >>> record = logging.LogRecord("sql", logging.ERROR, "", 0, "Lost %s", ("anna@shop.example",), None)
    >>> told = entry_of(record)
    >>> told["level"], told["event"], told["message"]
    ('error', 'sql', 'Lost %s')
    """
    ours = record.name.partition(".")[0] == OURS
    told: dict[str, object] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "event": getattr(record, "event", record.name),
        "request_id": current.get(),
        "worker": record.process,
        "message": record.getMessage() if ours else str(record.msg).partition("\n")[0],
    }
    if record.exc_info and record.exc_info[1] is not None:
        told["trace"] = trace(record.exc_info[1])
    return told | {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}


class JsonLines(logging.Formatter):
    """Each record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        return orjson.dumps(entry_of(record), default=str).decode()


class Words(logging.Formatter):
    """Each record as a line to be read, and below it where an error came from."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, or more with a trace."""
        told = entry_of(record)
        time, level, message, below = (str(told.pop(name, "")) for name in ("time", "level", "message", "trace"))
        rest = " ".join(f"{name}={value}" for name, value in told.items() if value is not None)
        line = f"{time[11:19]} {level:<7} {message}  [{rest}]"
        return f"{line}\n{below}" if below else line


class _Stderr(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes to what is stderr at the time."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def log_lines(form: Literal["json", "text"] | None = None) -> None:
    """Write warnings and errors of this process, of its libraries too, to stderr, and nothing else.

    Without a ``form`` in words where stderr is a terminal, and in JSON elsewhere.
    """
    for name in QUIET:
        library = logging.getLogger(name)
        library.setLevel(logging.WARNING)
        library.handlers.clear()
        library.propagate = True
    for other in [each for each in logging.root.handlers if type(each) is logging.StreamHandler]:
        logging.root.removeHandler(other)  # BentoML's, which would tell all of it again
    handler = next((each for each in logging.root.handlers if isinstance(each, _Stderr)), None)
    if handler is None:
        handler = _Stderr()
        logging.root.addHandler(handler)
    as_words = form == "text" or (form is None and sys.stderr.isatty())
    handler.setFormatter(Words() if as_words else JsonLines())
    logging.captureWarnings(capture=True)
    threading.excepthook = _log_thread


def _log_thread(ended: threading.ExceptHookArgs) -> None:
    error = ended.exc_value
    told = {"event": "thread_failed", "trace": "" if error is None else trace(error)}
    log.error("A thread ended by an error.", extra=told)
