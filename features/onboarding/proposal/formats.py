"""How the columns that a source names are written, as its settings say it, and where two ways fit."""

from __future__ import annotations

from collections.abc import Iterator

from features import sql_tree
from features.onboarding.facts.column import Column
from features.onboarding.facts.format_sql import ISO
from features.onboarding.facts.question import Question
from features.onboarding.proposal.choice import Choice, Draft

_TIMES = frozenset({"time", "starts", "ends", "renews_at", "received_at", "known_at"})
_NUMBERS = frozenset({"value", "discount", "cost", "quantity", "rating", "price", "latitude", "longitude"})
_PLAIN = "1234.56"  # a number without any sign but the point


def formats_of(draft: Draft) -> Choice:
    """The formats of the columns that are read as times or numbers, and a question where several fit."""
    formats: dict[str, str] = {}
    questions: list[Question] = []
    notes: list[str] = []
    for column, as_time, computed in _used(draft):
        found = column.times if as_time else column.numbers
        if not found:
            continue
        if found[0] != ISO or (computed and column.odd):
            formats[column.name] = found[0] or _PLAIN
        if len(found) > 1:
            questions.append(_question(column, found, as_time=as_time))
        if column.odd:
            notes.append(_odd(column))
    return Choice(settings={"formats": formats} if formats else {}, questions=questions, notes=notes)


def _used(draft: Draft) -> Iterator[tuple[Column, bool, bool]]:
    """The columns that are read, each with whether as a time, and whether an expression computes with it."""
    columns = {name.lower(): column for name, column in draft.table.columns.items()}
    seen: set[str] = set()
    for name, text in [*draft.choice.columns.items(), *(("where", text) for text in draft.choice.where)]:
        plain = text.lower() in columns
        if (plain and name not in _TIMES | _NUMBERS) or name in {"id", "order_id", "event_id"}:
            continue
        for operand in [text] if plain else sorted(sql_tree.columns_of(text)):
            column = columns.get(operand.lower())
            as_time = column is not None and column.is_time and (name in _TIMES or not column.is_number)
            if column is not None and column.name not in seen and (plain or column.is_number or as_time):
                seen.add(column.name)
                yield column, as_time, not plain


def _question(column: Column, found: tuple[str, ...], *, as_time: bool) -> Question:
    example = next(iter(column.common), "")
    text = f"several formats fit all values of {column.name}, such as {example}"
    options = [f"formats: {{{column.name}: '{each or _PLAIN}'}}" for each in found]
    return Question("time_format" if as_time else "number_format", text, options, "formats")


def _odd(column: Column) -> str:
    return (
        f"{column.odd:,} of {column.present:,} values of {column.name} are written otherwise, "
        f"such as {column.odd_example}: their rows are set aside unless they can be read"
    )
