"""Tables of what people permit: a purpose and a word a row, or a column of yes and no for each of several signals."""

from __future__ import annotations

import re
from typing import Final

from features.events.kinds import snake_case
from features.events.statements.stances import KNOWN_WORDS, plain_word
from features.onboarding.facts.column import Column
from features.onboarding.facts.question import Question
from features.onboarding.facts.table import Table
from features.onboarding.meaning.happenings import event_draft
from features.onboarding.proposal.choice import Choice, Draft
from features.onboarding.roles.roles import Roles

# What consent tools call their categories, and shops what they write for.
_SIGNAL: Final = re.compile(
    "c000[0-9]|ad_storage|ad_user_data|ad_personali[sz]ation|analytic|statisti|marketing|advertis|targeting|preferenc"
    "|functional|necessary|personali[sz]|profiling|newsletter|third_part|consent|opt_?in|sms|e_?mail"
)
_PURPOSE: Final = re.compile("purpose|categor|service_id|service|topic|list")


def signals_of(table: Table) -> list[Column]:
    """The columns that answer yes or no to what is named like a signal of consent."""
    return [column for column in _answers(table) if _SIGNAL.search(snake_case(column.name))]


def consent_draft(table: Table, roles: Roles) -> Draft | None:
    """Rows in which people say what they permit; what the answer is, and to what, is asked where nothing tells it."""
    draft, answers = event_draft(table, roles, "consent"), _answers(table)
    if draft is None:
        return None
    if len(answers) > 1:
        signals = {column.name: column.name for column in signals_of(table) or answers}
        text = f"{', '.join(signals)} are signals of consent: say under `consent: signals:` what each permits"
        return draft.adding(Choice(settings={"consents": signals}, questions=[Question("status", text)]))
    if not answers:
        text = "which column tells the answer, and which to what? Without `status` and `purpose` nothing is permitted"
        return draft.adding(Choice(questions=[Question("status", text, key="columns.status")]))
    purpose = roles.get("purpose") or _named_as_purpose(table)
    told = {"status": answers[0].name} | ({"purpose": purpose.name} if purpose else {})
    text = f"{answers[0].name} is the answer, {f'to each {purpose.name}' if purpose else 'to all purposes'}: is it?"
    return draft.adding(Choice(told, questions=[Question("status", text, key="columns.status")]))


def _answers(table: Table) -> list[Column]:
    """The columns whose words all tell a permission."""
    return [column for column in table.columns.values() if not column.is_time and _is_answer(column)]


def _is_answer(column: Column) -> bool:
    words = {plain_word(value) for value in column.common} - {""}
    return bool(words) and column.has_few and words <= set(KNOWN_WORDS)


def _named_as_purpose(table: Table) -> Column | None:
    """A column that is named as purposes are, and whose few values come again."""
    columns = table.columns.values()
    named = [column for column in columns if _PURPOSE.search(snake_case(column.name)) and column.distinct > 1]
    return next((column for column in named if column.is_full and column.distinct * 2 <= table.rows), None)
