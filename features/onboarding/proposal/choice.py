"""What was decided of a source: a part of its settings, with what is unsure and what is noteworthy of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from features.events.tables import Table as Canonical
from features.onboarding.facts.question import Question
from features.onboarding.facts.table import Table


@dataclass(frozen=True)
class Choice:
    """A part of a source's settings; two of them add up, the first one's columns before the second one's.

    >>> (Choice(columns={"id": "a"}, notes=["x"]) + Choice(columns={"time": "b"})).columns
    {'id': 'a', 'time': 'b'}
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    where: Sequence[str] = ()
    settings: Mapping[str, object] = field(default_factory=dict)
    questions: Sequence[Question] = ()
    notes: Sequence[str] = ()

    def __add__(self, other: Choice) -> Choice:
        """Both of them."""
        return Choice(
            {**self.columns, **{name: text for name, text in other.columns.items() if name not in self.columns}},
            [*self.where, *(condition for condition in other.where if condition not in self.where)],
            {**self.settings, **other.settings},
            [*self.questions, *(question for question in other.questions if question not in self.questions)],
            [*self.notes, *(note for note in other.notes if note not in self.notes)],
        )


@dataclass(frozen=True)
class Draft:
    """A source of the settings to be: rows of a table as rows of a ``canonical`` one; None where it has no place.

    One that ``is_left_out`` stands in comments.
    """

    table: Table
    canonical: Canonical | None
    choice: Choice
    kind: str | None = None
    suffix: str = ""
    is_left_out: bool = False

    @property
    def name(self) -> str:
        """The name of the source."""
        return self.table.name + self.suffix

    def adding(self, choice: Choice) -> Draft:
        """The draft with more decided."""
        return replace(self, choice=self.choice + choice)
