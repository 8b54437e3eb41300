"""The form of a file: what its settings say of it, and what was found where they are silent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Topic = Literal["header", "encoding", "table"]


@dataclass(frozen=True)
class Form:
    """What the settings say of a file's form; None where they are silent.

    ``header`` is the line that holds the names of the columns, 0 when there is none; ``footer`` is how many lines at
    the end are no rows.
    """

    encoding: str | None = None
    delimiter: str | None = None
    header: int | None = None
    names: Sequence[str] | None = None
    footer: int | None = None
    sheet: str | None = None
    records: str | None = None


@dataclass(frozen=True)
class FormQuestion:
    """What is unsure about a form, and the settings that answer it, the one that was taken first."""

    topic: Topic
    text: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Findings:
    """What was found of a form: the ``settings`` that fix it, what is noteworthy, and what is unsure."""

    settings: Mapping[str, object]
    notes: tuple[str, ...] = ()
    questions: tuple[FormQuestion, ...] = ()

    def __add__(self, other: Findings) -> Findings:
        """Both of them."""
        return Findings({**self.settings, **other.settings}, self.notes + other.notes, self.questions + other.questions)
