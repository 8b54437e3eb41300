"""The proposal as a commented ``stamkund.yaml``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from features.onboarding.facts.question import Question
from features.onboarding.facts.table import Table
from features.onboarding.proposal.choice import Draft

_PLAIN = re.compile(r"[A-Za-z_/][\w./-]*")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "null", "true", "false", "none"})


# The columns of a table without a place, for someone to fill in; of one with ratings, these as well.
_ASKED: Final = {"id": "the customer", "time": "the moment"}
_RATED: Final = {"rating": "the question", "scale": "'csat'"}


def scalar(value: object) -> str:
    """A value of the settings, as YAML."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {scalar(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(scalar, value)) + "]"
    if isinstance(value, int):
        return str(value)
    text = str(value)
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return _quoted(text)


def _quoted(text: str) -> str:
    """A text in quotes; signs that have no place in a line are told by their escapes.

    >>> print(_quoted("Ann's"), len(_quoted("zero" + chr(0))))
    "Ann's" 16
    """
    if text.isprintable():
        if "'" in text and not set(text) & set('"\\'):
            return f'"{text}"'
        return "'" + text.replace("'", "''") + "'"
    escaped = "".join(letter if letter.isprintable() and letter not in '\\"' else _escape(letter) for letter in text)
    return f'"{escaped}"'


def _escape(letter: str) -> str:
    return "\\" + letter if letter in '\\"' else f"\\U{ord(letter):08X}"


def source_lines(draft: Draft, name: str, home: Path) -> Iterator[str]:
    """The lines of a source, each question beside the setting that it is about."""
    asked = list(draft.choice.questions)
    yield ""
    yield from comments([*draft.table.notes, *draft.choice.notes])
    yield from questions([question for question in asked if not question.key], indent=2)
    lines = list(_settings(draft, name, home, asked))
    is_used = draft.canonical and not draft.is_left_out
    yield from (lines if is_used else [f"  # {line.strip() and line[2:]}".rstrip() for line in lines])
    unused = _unused(draft)
    if unused and draft.canonical:
        yield from comments([f"not used: {', '.join(unused)}"])


def _settings(draft: Draft, name: str, home: Path, asked: Sequence[Question]) -> Iterator[str]:
    choice = draft.choice
    yield f"  {name}:"
    if draft.canonical != "events":
        yield f"    table: {draft.canonical or 'events'}"
    yield from _about("kind", asked)
    if draft.kind or draft.canonical is None:
        yield f"    kind: {scalar(draft.kind or 'order')}"
    yield f"    from: {scalar(_origin(draft.table, home))}"
    if draft.table.query:
        yield from _about("query", asked)
        yield from _query(draft.table.query)
    options = {key: value for key, value in draft.table.options.items() if key != "sheet" or not draft.table.query}
    for key, value in {**options, **choice.settings}.items():
        yield from _about(key, asked)
        yield f"    {key}: {scalar(value)}"
    yield from _about("where", asked)
    if choice.where:
        yield f"    where: {scalar(' AND '.join(choice.where))}"
    yield "    columns:"
    columns = choice.columns if draft.canonical else _ASKED | (_RATED if draft.kind == "survey" else {})
    for column, text in columns.items():
        yield from _about(f"columns.{column}", asked, indent=6)
        yield f"      {scalar(column)}: {scalar(text)}"
    mapped = {f"columns.{column}" for column in columns}
    for key in dict.fromkeys(q.key for q in asked if q.key.startswith("columns.") and q.key not in mapped):
        yield from _about(key, asked, indent=6)


def _query(text: str) -> Iterator[str]:
    """A query, line by line where its signs allow that."""
    lines = text.split("\n")
    if all(line.isprintable() and line.strip() == line for line in lines):
        yield from ("    query: |-", *(f"      {line}" for line in lines))
    else:
        yield f"    query: {scalar(text)}"


def _about(key: str, asked: Sequence[Question], *, indent: int = 4) -> Iterator[str]:
    yield from questions([question for question in asked if question.key == key], indent=indent)


def questions(asked: Sequence[Question], *, indent: int) -> Iterator[str]:
    """Questions as comments, each with its answers but the one that was taken."""
    space = " " * indent
    for question in asked:
        yield f"{space}# ? {_one_line(question.text)}"
        yield from (f"{space}# {_one_line(_answer(option))}" for option in question.options[1:])


def _answer(option: str) -> str:
    """An answer as YAML that is ready to be used."""
    key, colon, text = option.partition(": ")
    if option.startswith("(") or not colon or key in {"formats", "scale"}:
        return option
    return f"{key}: {scalar(text)}"


def comments(texts: Sequence[str], *, indent: int = 2) -> Iterator[str]:
    """Notes as comments."""
    yield from (f"{' ' * indent}# {_one_line(text)}" for text in texts)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _origin(table: Table, home: Path) -> object:
    """Where a table lies: a place, or by name the places of those that its query reads."""
    parts = list(table.parts.values()) or [table]
    if table.query is None or (len(table.places) == 1 and all("sheet" in part.options for part in parts)):
        return _place(table, home)
    return {part.query_name: _place(part, home) for part in parts}


def _place(table: Table, home: Path) -> str:
    place, below = table.place.resolve(), home.resolve()
    if place.is_dir() and below.is_relative_to(place):  # what is built lies in the folder too
        place = place / "**" / f"*{table.files[0].suffix}"
    return place.relative_to(below).as_posix() if place.is_relative_to(below) else str(place)


def _unused(draft: Draft) -> list[str]:
    settings = map(str, draft.choice.settings.values())
    said = " ".join([*draft.choice.columns.values(), *draft.choice.where, *settings]).lower()
    return [name for name in draft.table.columns if name.lower() not in said]
