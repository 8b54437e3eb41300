"""A job: a command line that somebody asked for, how far it is, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from features.moments import iso

State = Literal["queued", "running", "done", "failed", "cancelled"]
UNFINISHED: Final[tuple[State, ...]] = ("queued", "running")
INTERRUPTED: Final = "interrupted"  # the error of a job whose process was ended by nobody who asked for that
Json = Mapping[str, object]


@dataclass(frozen=True)
class Job:
    """A job; moments are µs of the machine's clock, ``asked_by`` is the id of a key.

    ``progress`` has ``step, done, total``; ``result`` is what the command line told, ``error`` has
    ``code, params, message, field``.
    """

    number: int
    job_id: str
    kind: str
    arguments: Sequence[str]
    state: State
    asked_at: int
    asked_by: str | None = None
    cancelled_at: int | None = None
    started: int | None = None
    finished: int | None = None
    progress: Json | None = None
    exit_code: int | None = None
    result: Json | None = None
    error: Json | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state not in UNFINISHED

    def answer(self) -> dict[str, object]:
        """The job as JSON.

        >>> job = Job(7, "1f", "build", ["--anew"], "queued", asked_at=0)
        >>> {name: value for name, value in job.answer().items() if value is not None}
        {'id': '1f', 'kind': 'build', 'state': 'queued', 'asked_at': '1970-01-01T00:00:00Z'}
        """
        return {
            "id": self.job_id,
            "kind": self.kind,
            "state": self.state,
            "asked_at": iso(self.asked_at),
            "asked_by": self.asked_by,
            "started": _moment(self.started),
            "finished": _moment(self.finished),
            "progress": self.progress,
            "exit_code": self.exit_code,
            "result": self.result,
            "error": self.error,
        }


def _moment(moment: int | None) -> str | None:
    return None if moment is None else iso(moment)
