"""Which rows count: the states that say that an order was called off, given back, or is not yet paid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from features import sql
from features.onboarding.facts.column import Column, text_of
from features.onboarding.facts.question import Question
from features.onboarding.facts.table import Table
from features.onboarding.knowledge.value_words import State, is_yes, kind, state
from features.onboarding.proposal.choice import Choice
from features.onboarding.roles.roles import Roles

_LEFT_OUT = ("cancelled", "refunded", "pending")


def states(table: Table, roles: Roles, *, refunds: str | None = None) -> Choice:
    """The conditions under which the rows of a table of orders count, and what is unsure of them.

    ``refunds`` is the condition of rows that are refunds, whose state does not leave them out.
    """
    choice = Choice()
    back = roles.get("refund")
    told = back is not None and back.is_number and not back.is_boolean
    for column in [*roles.all("status"), *(column for column in roles.all("kind") if _tells_states(column))]:
        choice += _of_flag(column, good=True) if column.is_boolean else _of_words(table, column, refunds, told=told)
    for column in roles.all("cancel", "test"):
        choice += _of_flag(column, good=False) if column.is_boolean else _of_moment(column)
    for column in table.columns.values():
        if column.is_boolean and column not in roles.all("status", "cancel", "test") and column.distinct == 2:
            if {"paid", "success"} & set(_concepts(column)):
                choice += _of_flag(column, good=True)
            elif {"cancel", "test", *(() if told else ("refund",))} & set(_concepts(column)):
                choice += _of_flag(column, good=False)
    return choice


def one_of(column: Column, words: Iterable[str]) -> str:
    """The condition that a column holds one of some words, as the settings say it."""
    return f"{text_of(column)} IN ({', '.join(map(sql.literal, words))})"


def _of_words(table: Table, column: Column, refunds: str | None, *, told: bool) -> Choice:
    known = {word: state(word) for word in column.common}
    if not any(known.values()) and (column.distinct > 12 or not _is_surely_status(column)):
        return Choice()
    out = [word for word, meaning in known.items() if meaning in _LEFT_OUT and not (told and meaning == "refunded")]
    if refunds is not None:
        refunded = [word for word in out if known[word] == "refunded"]
        kept = [
            word for word in refunded if table.share(refunds, among=f"{table.text(column)} = {sql.literal(word)}") >= 1
        ]
        out = [word for word in out if word not in kept]
    where = [_without(column, out)] if out else []
    notes = [f"{column.name}: {_enumerated(column, out)} left out"] if out else []
    return Choice(where=where, questions=list(_questions(column, known, out, told=told)), notes=notes)


def _tells_states(column: Column) -> bool:
    """Whether a column that is named as one of kinds tells states: most of its words are known as such."""
    known = [word for word in column.common if state(word) is not None and kind(word) != "order"]
    return len(known) * 2 > column.distinct


def _is_surely_status(column: Column) -> bool:
    return column.scores.get("status", 0) >= 1 and column.distinct > 1


def _questions(
    column: Column, known: Mapping[str, State | None], out: Sequence[str], *, told: bool
) -> Iterator[Question]:
    """About the states that are not known, and those that may count or not."""
    unknown = [word for word, meaning in known.items() if meaning is None]
    pending = [word for word, meaning in known.items() if meaning == "pending"]
    partial = [word for word, meaning in known.items() if meaning == "partial"]
    counted = f"where: {_without(column, out)}" if out else f"(all rows count: no `where` for {column.name})"
    if unknown:
        text = f"do orders count whose {column.name} is {', '.join(unknown[:8])}?"
        yield Question("status", text, [counted, f"where: {_without(column, [*out, *unknown])}"], "where")
    if pending:
        text = f"do orders count whose {column.name} is {', '.join(pending[:8])}? They are left out"
        rest = [word for word in out if word not in pending]
        less = f"where: {_without(column, rest)}" if rest else "(all rows count: take `where` away)"
        yield Question("status", text, [counted, less], "where")
    if partial and not told:
        text = (
            f"orders whose {column.name} is {', '.join(partial)} count whole: which column tells what was given back?"
        )
        yield Question("refund", text, [counted], "where")


def _without(column: Column, words: Sequence[str]) -> str:
    return f"coalesce({text_of(column)}, '') NOT IN ({', '.join(map(sql.literal, words))})"


def _of_moment(column: Column) -> Choice:
    """Of a moment of cancellation: rows that have one are left out."""
    if not column.present:
        return Choice()
    condition = f"coalesce({text_of(column)}, '') = ''"
    return Choice(where=[condition], notes=[f"{column.present:,} rows with a {column.name} are left out"])


def _of_flag(column: Column, *, good: bool) -> Choice:
    """Of a column of yes and no: the rows that it speaks against are left out."""
    bad = [word for word in column.common if is_yes(word) is not good]
    if not bad:
        return Choice()
    rows = sum(column.common[word] for word in bad)
    return Choice(where=[_without(column, bad)], notes=[f"{rows:,} rows whose {column.name} is {bad[0]} are left out"])


def _concepts(column: Column) -> Iterator[str]:
    for word in column.meaning:
        yield from word or ()


def _enumerated(column: Column, words: Sequence[str]) -> str:
    shown = ", ".join(f"{word} ({column.common[word]:,})" for word in words[:8])
    return f"rows in the states {shown} are" if len(words) > 1 else f"rows in the state {shown} are"
