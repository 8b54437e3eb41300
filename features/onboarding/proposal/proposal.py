"""A proposal: the settings for a newcomer's files, with everything that is unsure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from features.errors import StamkundError
from features.onboarding.facts.question import Question, Topic
from features.onboarding.proposal.choice import Draft
from features.onboarding.proposal.document import questions, source_lines
from features.onboarding.proposal.report import InitReport, as_json


@dataclass(frozen=True)
class Proposal:
    """The sources that files become, the files that could not be read, and the other lines of the settings."""

    drafts: Sequence[Draft]
    errors: Sequence[tuple[Path, StamkundError]]
    home: Path
    head: Sequence[str] = ()
    tail: Sequence[str] = ()
    questions: Sequence[Question] = ()

    @property
    def files(self) -> int:
        """How many files and folders were looked at."""
        return len({place for draft in self.drafts for place in draft.table.places}) + len(self.errors)

    @property
    def understood(self) -> int:
        """How many of them have a place."""
        return len({place for draft in self.drafts if draft.canonical for place in draft.table.places})

    @property
    def text(self) -> str:
        """The settings as YAML."""
        placed = any(draft.canonical and not draft.is_left_out for draft in self.drafts)
        lines = [*self.head, "", "sources:" if placed else "sources: {}"]
        for draft, name in self._named():
            lines += source_lines(draft, name, self.home)
        for place, error in self.errors:
            lines += ["", *questions([unreadable(place, error)], indent=2)]
        return "\n".join([*lines, *self.tail]) + "\n"

    def report(self, wrote: Path) -> InitReport:
        """The same for machines, as one JSON object."""
        asked = [as_json(question, None, None) for question in self.questions]
        asked += [
            as_json(question, name if draft.canonical else None, draft.table.place)
            for draft, name in self._named()
            for question in draft.choice.questions
        ]
        asked += [as_json(unreadable(place, error), None, place) for place, error in self.errors]
        return {"wrote": str(wrote), "files": self.files, "understood": self.understood, "questions": asked}

    def _named(self) -> Iterator[tuple[Draft, str]]:
        """The drafts, each with a name of its own."""
        seen: Counter[str] = Counter()
        for draft in self.drafts:
            seen[draft.name] += 1
            yield draft, draft.name + ("" if seen[draft.name] == 1 else f"_{seen[draft.name]}")


def unreadable(place: Path, error: StamkundError) -> Question:
    """What is asked about a file that cannot be read."""
    topic: Topic = "encoding" if "encod" in error.code or "decode" in str(error) else "unplaced"
    return Question(topic, f"{place.name} is left out: {error}")
