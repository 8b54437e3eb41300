"""Words that say which rows count, in a column that is not mapped: cancelled orders count like the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from features import sql
from features.doctor.doubts.remedies import operand, setting
from features.doctor.findings.finding import Finding, enumeration
from features.onboarding.knowledge.value_words import state


def void_words(words: Mapping[str, int]) -> list[str]:
    """Those of a column's words that say a row does not count.

    >>> void_words({"completed": 9, "Cancelled": 2, "erstattet": 1})
    ['Cancelled', 'erstattet']
    """
    return [word for word in words if state(word) in {"cancelled", "refunded"}]


def unused_statuses(name: str, columns: Mapping[str, Mapping[str, int]]) -> Iterator[Finding]:
    """A column of few words, of which some say that the row does not count."""
    for column, words in columns.items():
        void = void_words(words)
        if void and len(void) < len(words):
            counts = enumeration([f"{word} {count:,}" for word, count in words.items()], 6)
            text = f"{name}: {column} says what became of each row ({counts}), and all of them count."
            condition = f"{operand(column, [column])} NOT IN ({', '.join(map(sql.literal, void))})"
            step = f"Write `{setting('where', condition)}` in the source {name}."
            yield Finding("rows", "warning", text, step)
