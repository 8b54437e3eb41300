"""The sources that a table becomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from features.onboarding.facts.column import Column
from features.onboarding.facts.question import Question
from features.onboarding.facts.table import Table
from features.onboarding.meaning.consents import consent_draft
from features.onboarding.meaning.happenings import (
    contact_drafts,
    event_draft,
    log_draft,
    subscription_drafts,
    survey_draft,
)
from features.onboarding.meaning.questionnaires import questions_of
from features.onboarding.meaning.references import customers_draft, items_draft, offers_draft, snapshots_draft
from features.onboarding.meaning.repeats import without_repeats
from features.onboarding.meaning.signs import Signs
from features.onboarding.meaning.subject import log_column, subject_of
from features.onboarding.meaning.tickets import ticket_drafts
from features.onboarding.orders.filling import filled
from features.onboarding.orders.order_drafts import order_drafts
from features.onboarding.proposal.choice import Choice, Draft
from features.onboarding.proposal.identity import with_identifiers
from features.onboarding.proposal.permissions import permission_drafts
from features.onboarding.roles.by_shape import with_shapes
from features.onboarding.roles.roles import Roles, roles_of
from features.onboarding.roles.table_names import Subject


def drafts_of(table: Table) -> list[Draft]:
    """The sources of a table; one without a place where nothing tells what its rows are."""
    table, repeats = without_repeats(table, roles_of(table))
    roles = roles_of(table)
    full = filled(table, roles)
    if full is not table:
        table, roles = full, roles_of(full)
    roles = with_shapes(table, roles)
    subject = None if questions_of(table) else subject_of(table, roles)
    drafts = _drafts(table, roles, subject) if subject else []
    drafts = drafts or [unplaced(table)]
    drafts = [_known_by(draft, repeats) if draft.canonical == "events" else draft for draft in drafts]
    drafts = [with_identifiers(draft) for draft in drafts]
    drafts = [each for draft in drafts for each in permission_drafts(draft)]
    return [drafts[0].adding(Choice(questions=table.questions)), *drafts[1:]]


def _known_by(draft: Draft, repeats: Choice) -> Draft:
    """A draft whose rows are known by the ids that tell which of them come twice."""
    return replace(draft, choice=repeats + draft.choice)


def unplaced(table: Table) -> Draft:
    """A table that has no place yet."""
    if asked := questions_of(table):
        return _questionnaire(table, asked)
    names = ", ".join(list(table.columns)[:12])
    text = (
        f"what are the rows of {table.place.name}? No column is known as a customer's with a moment, "
        f"nor as a key of items or customers: {names}"
    )
    return Draft(table, None, Choice(questions=[Question("unplaced", text)]))


def _questionnaire(table: Table, asked: Sequence[str]) -> Draft:
    """Answers to many questions, of which one at a time can be followed."""
    text = (
        f"{table.place.name} looks like a questionnaire of {len(asked)} questions ({', '.join(asked[:5])} …): which "
        "one is to be followed, on which scale (nps, csat, ces, stars), who answered, and when? Make null of answers "
        "that are no rating, such as a code for `not used`"
    )
    return Draft(table, None, Choice(questions=[Question("unplaced", text)]), kind="survey")


def _drafts(table: Table, roles: Roles, subject: Subject) -> list[Draft]:
    many: Mapping[str, Callable[[], list[Draft]]] = {
        "order": lambda: order_drafts(table, roles),
        "refund": lambda: order_drafts(table, roles, kind="refund"),
        "contact": lambda: contact_drafts(table, roles),
        "subscription": lambda: subscription_drafts(table, roles),
        "support": lambda: ticket_drafts(table, roles),
        "lines": list,
    }
    if subject in many:
        return many[subject]()
    if subject in {"customers", "items", "offers"}:
        return _references(table, roles, subject)
    if subject == "snapshots":
        signs = Signs(table, roles)
        key, time = signs.who, signs.when
        return [snapshots_draft(table, key, time, is_named=signs.is_named("snapshots"))] if key and time else []
    if subject == "consent":
        return _one(consent_draft(table, roles))
    column = log_column(roles)
    if subject == "log" and column is not None:
        return _one(log_draft(table, roles, column))
    return _one(survey_draft(table, roles) if subject == "survey" else _of_kind(table, roles, subject))


def _one(draft: Draft | None) -> list[Draft]:
    return [] if draft is None else [draft]


def _references(table: Table, roles: Roles, subject: Subject) -> list[Draft]:
    keys = {"customers": ("customer", "row_id", "email", "phone"), "items": ("item", "row_id")}
    candidates = roles.all(*keys.get(subject, ("offer", "row_id")))
    key: Column | None = next((column for column in candidates if column.is_unique), next(iter(candidates), None))
    if key is None:
        return []
    if subject == "customers":
        return [customers_draft(table, key)]
    return [items_draft(table, roles, key) if subject == "items" else offers_draft(table, roles, key)]


def _of_kind(table: Table, roles: Roles, subject: Subject) -> Draft | None:
    """Rows of one kind of events; where no name says which, that is asked."""
    if subject != "events":
        return event_draft(table, roles, subject)
    draft = event_draft(table, roles, "visit")
    text = "nothing tells what happened in these rows: a visit, a view, an order, a message?"
    question = Question("kind", text, ["kind: visit", "kind: order", "kind: contact"], "kind")
    return draft.adding(Choice(questions=[question])) if draft else None
