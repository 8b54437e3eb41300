"""Tables of what happens besides orders: messages, answers, requests, visits, subscriptions, logs of many kinds."""

from __future__ import annotations

from dataclasses import replace

from features import sql
from features.events.kinds import canonical_kind
from features.onboarding.facts.column import Column, text_of
from features.onboarding.facts.question import Question
from features.onboarding.facts.table import Table
from features.onboarding.knowledge.value_words import is_reason, is_yes, kind, scale_in_name
from features.onboarding.meaning.customers import customer
from features.onboarding.meaning.times import moment
from features.onboarding.proposal.choice import Choice, Draft
from features.onboarding.roles.roles import Roles

_BESIDE = {
    "campaign_id": ("campaign",), "offer_id": ("offer",), "channel": ("channel",), "item_id": ("item",),
    "session_id": ("session",), "category": ("category",), "order_id": ("order",),
}  # fmt: skip
_SCALES = {"nps": (0, 10), "ces": (1, 7), "csat": (1, 5), "stars": (1, 5)}


def event_draft(table: Table, roles: Roles, happened: str) -> Draft | None:
    """A table's rows as events of one kind; None where no customer or no moment is told."""
    who, when = customer(table, roles), moment(table, roles, of_order=False)
    if who is None or when is None:
        return None
    return Draft(table, "events", who[1] + when.choice + _beside(roles), happened)


def contact_drafts(table: Table, roles: Roles) -> list[Draft]:
    """Messages that were sent, and as events of their own when each was opened, clicked, or answered by leaving."""
    sent = event_draft(table, roles, "contact")
    if sent is None:
        return []
    found = [sent]
    for role, happened, suffix in (
        ("open_time", "open", "_opens"),
        ("click_time", "click", "_clicks"),
        ("unsubscribe_time", "unsubscribe", "_unsubscribes"),
    ):
        column = roles.get(role)
        if column is None or (column.is_constant and column.present == table.rows):
            continue
        if column.is_time:
            columns = {**sent.choice.columns, "time": column.name}
            condition = f"coalesce({text_of(column)}, '') <> ''"
        else:
            columns = dict(sent.choice.columns)
            yes = [word for word in column.common if is_yes(word)]
            condition = f"{text_of(column)} IN ({', '.join(map(sql.literal, yes))})"
        found.append(Draft(table, "events", Choice(columns, [condition]), happened, suffix))
    return found


def survey_draft(table: Table, roles: Roles) -> Draft | None:
    """Answers to surveys, with their rating on its scale."""
    draft, rating = event_draft(table, roles, "survey"), roles.get("rating")
    if draft is None or rating is None:
        return None
    scale, question = _scale(table, roles, rating)
    text = roles.get("survey_text", "item_name")
    columns = {"rating": rating.name} | ({"scale": scale} if scale else {})
    if text is not None and text.longest > 20:
        columns["text"] = text.name
    return draft.adding(Choice(columns, questions=[question] if question else []))


def _scale(table: Table, roles: Roles, rating: Column) -> tuple[str | None, Question | None]:
    """The scale of ratings: by the words of names, else by the highest one."""
    named = scale_in_name(rating.name) or scale_in_name(table.name)
    if (
        named is None
        and (column := roles.get("scale")) is not None
        and set(map(str.lower, column.common)) <= set(_SCALES)
    ):
        return column.name, None
    low, high = rating.low or 0, rating.high or 0
    fitting = [scale for scale, (least, most) in _SCALES.items() if least <= low and high <= most]
    if named in fitting:
        return f"'{named}'", None
    guess = "nps" if high > 7 or low < 1 else "ces" if high > 5 else "csat"
    if guess not in fitting:
        return None, None
    question = Question(
        "outcome", f"which scale is {rating.name} on? It goes from {low:g} to {high:g}",
        [f"scale: \"'{scale}'\"" for scale in dict.fromkeys([guess, *fitting])], "columns.scale",
    )  # fmt: skip
    return f"'{guess}'", question


def subscription_drafts(table: Table, roles: Roles) -> list[Draft]:
    """A table of spans: a start of each, and an end where there is one."""
    who, start, end = customer(table, roles), roles.get("start", "time", "order_time"), roles.get("end", "cancel")
    if who is None or start is None:
        return []
    subscription = roles.get("subscription")
    columns = {"time": start.name} | ({"subscription_id": subscription.name} if subscription else {})
    recurring, renewal = roles.get("recurring", "amount", "unit_price"), roles.get("renewal")
    more = ({"value": recurring.name} if recurring else {}) | (
        {"renews_at": renewal.name} if renewal and renewal.is_time else {}
    )
    who_choice = who[1]
    found = [
        Draft(table, "events", who_choice + Choice({**columns, **more}), "subscription_start", "_starts" if end else "")
    ]
    if end is not None and end.is_time and end.present:
        condition = f"coalesce({text_of(end)}, '') <> ''"
        where = [] if end.present == table.rows else [condition]
        reason = next((each for each in table.columns.values() if _is_reason(each)), None)
        told = {"status": reason.name} if reason is not None else {}
        ended = Choice({**who_choice.columns, **columns, "time": end.name, **told}, where)
        found.append(Draft(table, "events", ended, "subscription_end", "_ends"))
    return found


def _is_reason(column: Column) -> bool:
    """Whether a column tells, in words that come again, why a subscription ended."""
    return is_reason(column.name) and not column.is_number and 0 < column.distinct < max(column.present, 2)


def log_draft(table: Table, roles: Roles, column: Column) -> Draft | None:
    """A log of many kinds of events, told by a column."""
    draft = event_draft(table, roles, "")
    if draft is None:
        return None
    others = {word: meaning for word in column.common if (meaning := kind(word)) and meaning != canonical_kind(word)}
    cases = " ".join(f"WHEN {sql.literal(word)} THEN {sql.literal(meaning)}" for word, meaning in others.items())
    named = _named(roles, column)
    told = f"CASE {named} {cases} ELSE {named} END" if others else named if named != column.sql else column.name
    quantity, amount = roles.get("quantity"), roles.get("line_amount", "amount", "total", "unit_price")
    sure = amount is not None and bool(amount.scores or (roles.system and roles.system.role(amount.name)))
    asked = [_unpaid(column, amount)] if not sure and "order" in map(kind, column.common) else []
    value = {"value": amount.name} if amount and (sure or asked) else {}
    more = {"kind": told} | value | ({"quantity": quantity.name} if quantity else {})
    return replace(draft, kind=None).adding(Choice(more, questions=asked))


def _named(roles: Roles, column: Column) -> str:
    """The SQL of what happened; where some rows leave it open, as the type that all of them have."""
    wider = next((other for other in roles.all("kind") if other.is_full and other is not column), None)
    if column.is_full or wider is None:
        return column.sql
    return f"coalesce(nullif(trim({column.sql}), ''), {wider.sql})"


def _unpaid(column: Column, amount: Column | None) -> Question:
    """About orders of a log whose amount no name tells."""
    text = f"some rows of {column.name} are orders, and no column is named as their amount: which one tells it?"
    taken = f"value: {amount.name}" if amount else "(no amount)"
    return Question("amount", text, [taken, "value: the amount"], "columns.value")


def _beside(roles: Roles) -> Choice:
    columns = {name: roles.get(*telling) for name, telling in _BESIDE.items()}
    return Choice({
        name: column.name for name, column in columns.items()
        if column is not None and not any(roles.is_guess(role, column) for role in _BESIDE[name])
    })  # fmt: skip
