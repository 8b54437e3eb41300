"""What `init` tells machines: the file that it wrote, how much it understood, and what it asks."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

from features.onboarding.facts.question import Question


class AskedQuestion(TypedDict):
    """A question about a source, or about a file that is none yet; about all of them where both are null."""

    source: str | None
    file: str | None
    topic: str
    text: str
    options: list[str]


class InitReport(TypedDict):
    """Where the settings were written, how many files there were and have their place, and what is unsure."""

    wrote: str
    files: int
    understood: int
    questions: list[AskedQuestion]


def as_json(question: Question, source: str | None, file: Path | None) -> AskedQuestion:
    """A question as machines are told it."""
    return {
        "source": source,
        "file": None if file is None else str(file),
        "topic": question.topic,
        "text": question.text,
        "options": list(question.options),
    }
