"""What a table of customers tells of who may be written to: a source of its own, for attributes permit nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from features.events.kinds import snake_case
from features.events.statements.stances import KNOWN_WORDS, plain_word
from features.onboarding.facts.column import Column, text_of
from features.onboarding.facts.question import Question
from features.onboarding.proposal.choice import Choice, Draft

_NAMES = re.compile("consent|marketing|newsletter|subscri|opt_?in|opt_?out")
_MOMENTS = re.compile("^opt_?in|^confirm|^unsub")
_CHANNELS = {"sms": "sms", "mobile": "sms", "phone": "sms", "whatsapp": "whatsapp"}


def permission_drafts(draft: Draft) -> Iterator[Draft]:
    """The sources of the kind ``subscribe`` in a draft of customers, in comments: whoever looks at them decides.

    The first draft is that of the customers, with what is asked about them.
    """
    found = [column for column in draft.table.columns.values() if _permits(column)]
    found = found or [column for column in draft.table.columns.values() if _tells_when(column)][-1:]
    if draft.canonical != "customers" or not found:
        yield draft
        return
    sources = [_source(draft, column) for column in found]
    names, comments = ", ".join(f"'{column.name}'" for column in found), ", ".join(source.name for source in sources)
    text = (
        f"{names} seems to tell who may be written to, and is an attribute here, which permits nothing: to let it "
        f"count, take the comments of {comments} away, and write a section `consent:`"
    )
    yield draft.adding(Choice(questions=[Question("status", text)]))
    yield from sources


def _permits(column: Column) -> bool:
    """Whether all values of a column are words of permission, and its name or one of them speaks of it."""
    values = {plain_word(value) for value in column.common} - {""}
    named = _NAMES.search(snake_case(column.name)) is not None or any("subscri" in value for value in values)
    return named and not column.is_time and bool(values) and values <= set(KNOWN_WORDS)


def _tells_when(column: Column) -> bool:
    """Whether a column tells when somebody joined a list, or left it; the last such one counts."""
    return column.is_time and _MOMENTS.search(snake_case(column.name)) is not None


def _source(draft: Draft, column: Column) -> Draft:
    if column.is_time:
        return _at(draft, column)
    words = snake_case(column.name).split("_")
    channel = next((_CHANNELS[word] for word in words if word in _CHANNELS), "email")
    time = _moment(draft, column)
    columns = {"id": draft.choice.columns["customer_id"], "status": column.name, "channel": f"'{channel}'"}
    columns |= {"time": time.name} if time is not None else {}
    settings = _address(draft, "email" if channel == "email" else "phone")
    notes = [] if time is not None else ["no column tells when: put the moment of the export, `time: \"'2024-01-31'\"`"]
    choice = Choice(columns=columns, settings=settings, notes=notes)
    return Draft(draft.table, "events", choice, "subscribe", f"_{snake_case(column.name)}", is_left_out=True)


def _at(draft: Draft, column: Column) -> Draft:
    """The source of those who joined a list, or left it, at the moments of a column."""
    left = snake_case(column.name).startswith("unsub")
    columns = {"id": draft.choice.columns["customer_id"], "time": column.name, "channel": "'email'"}
    where = [] if column.is_full else [f"coalesce({text_of(column)}, '') <> ''"]
    choice = Choice(columns | ({} if left else {"status": "'subscribed'"}), where, _address(draft, "email"))
    kind = "unsubscribe" if left else "subscribe"
    return Draft(draft.table, "events", choice, kind, f"_{snake_case(column.name)}", is_left_out=True)


def _address(draft: Draft, address: str) -> dict[str, object]:
    """The setting of the address that a permission is about, where a column holds it."""
    ids = [each.name for each in draft.table.columns.values() if address in snake_case(each.name).split("_")[:1]]
    return {"ids": {address: ids[0]}} if ids else {}


def _moment(draft: Draft, column: Column) -> Column | None:
    """The column that tells when a permission was given: named after it, or else the last change."""
    times = [each for each in draft.table.columns.values() if each.is_time]
    of_it = [each for each in times if snake_case(each.name).startswith(snake_case(column.name))]
    changed = [each for each in times if re.search("chang|updat|modif", snake_case(each.name))]
    given = [each for each in times if _NAMES.search(snake_case(each.name))]
    return next(iter([*of_it, *changed, *given]), None)
