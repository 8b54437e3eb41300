"""Tables of support: a row a ticket, with the moments at which it was answered and solved, or a row a step of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from features import sql
from features.events.kinds import snake_case
from features.onboarding.facts.column import Column, text_of
from features.onboarding.facts.table import Table
from features.onboarding.knowledge.value_words import ticket_step
from features.onboarding.meaning.happenings import event_draft, survey_draft
from features.onboarding.proposal.choice import Choice, Draft
from features.onboarding.roles.roles import Roles

_SUFFIXES = {"support_answered": "_answers", "support_resolved": "_resolutions", "support_reopened": "_reopenings"}
_OF_TIME = {"time", "date", "at", "on", "datetime", "timestamp", "utc", "agent", "email", "ticket", "case", "support"}
_OTHERS = {"last", "latest", "next", "due", "rating", "satisfaction", "survey", "by", "sla", "target"}


def ticket_drafts(table: Table, roles: Roles) -> list[Draft]:
    """What was asked, and as events of their own when each ticket was first answered, solved and opened again."""
    asked = event_draft(table, roles, "support")
    if asked is None:
        return []
    ticket, reason = roles.get("ticket"), roles.get("category", "kind")
    told = {"ticket_id": ticket.name} if ticket is not None else {}
    told |= {"category": reason.name} if reason is not None and 1 < reason.distinct * 2 <= table.rows else {}
    asked = asked.adding(Choice(told))
    step = _step(roles)
    if step is not None and ticket is not None and not ticket.is_unique:
        return [_of_steps(asked, step, tickets=ticket.distinct)]
    steps = list(_moments(table, asked))
    return [
        asked,
        *steps,
        *_ratings(table, roles, next((each for each in steps if each.kind == "support_resolved"), asked)),
    ]


def _ratings(table: Table, roles: Roles, last: Draft) -> Iterator[Draft]:
    """What customers said of their tickets, as answers to a survey at the last that is known of each."""
    rating, draft = roles.get("rating"), survey_draft(table, roles)
    if draft is None or rating is None or not rating.is_number:
        return
    columns = {
        **last.choice.columns,
        **{name: draft.choice.columns[name] for name in ("rating", "scale") if name in draft.choice.columns},
    }
    where = [*last.choice.where, f"coalesce({text_of(rating)}, '') <> ''"]
    yield Draft(table, "events", Choice(columns, where, questions=draft.choice.questions), "survey", "_ratings")


def _step(roles: Roles) -> Column | None:
    """The column that tells what was done with a ticket."""
    columns = roles.all("status", "kind")
    return next((each for each in columns if len({*map(ticket_step, each.common)} - {None}) > 1), None)


def _of_steps(draft: Draft, column: Column, *, tickets: int) -> Draft:
    """A row a step: one that is not known is an event of its own kind, and no new request.

    Where several words may mean that a ticket was opened, such as new and open, the one does that is said of each once.
    """
    text = text_of(column)
    known = {word: step for word in column.common if (step := ticket_step(word))}
    begins = [word for word, step in known.items() if step == "support"]
    once = min(begins, key=lambda word: abs(column.common[word] - tickets), default=None)
    known = {word: step for word, step in known.items() if word == once or word not in begins}
    cases = " ".join(f"WHEN {sql.literal(word)} THEN {sql.literal(step)}" for word, step in sorted(known.items()))
    told = f"CASE {text} {cases} ELSE concat('support_', {text}) END"
    return replace(draft, kind=None).adding(Choice({"kind": told}))


def _moments(table: Table, asked: Draft) -> Iterator[Draft]:
    """A row a ticket: the first column of each step that tells moments, other than that of the request."""
    begun, found = asked.choice.columns["time"], dict[str, Column]()
    columns = [each for each in table.columns.values() if each.is_time and each.present and each.name != begun]
    for column in sorted(columns, key=lambda each: not _is_first(each)):
        step = _step_of_name(column)
        if step in _SUFFIXES:
            found.setdefault(step, column)
    for step, column in found.items():
        where = [] if column.present == table.rows else [f"coalesce({text_of(column)}, '') <> ''"]
        choice = Choice({**asked.choice.columns, "time": column.name}, [*asked.choice.where, *where])
        yield Draft(table, "events", choice, step, _SUFFIXES[step])


def _step_of_name(column: Column) -> str | None:
    """The step whose moments a column tells, by its name without the words that say that it is a moment."""
    words = snake_case(column.name).split("_")
    if _OTHERS & set(words):
        return None
    rest = [word for word in words if word not in _OF_TIME and not word.isdigit()]
    return ticket_step("_".join(rest)) or next(filter(None, map(ticket_step, rest)), None)


def _is_first(column: Column) -> bool:
    return not {"first", "initial", "resolved", "solved"}.isdisjoint(snake_case(column.name).split("_"))
