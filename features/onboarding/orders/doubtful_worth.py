"""Numbers that no name gives a part to, beside orders whose worth they may change: asked about, not passed over."""

from __future__ import annotations

from features.events.kinds import canonical_kind
from features.onboarding.facts.column import Column
from features.onboarding.facts.question import Question
from features.onboarding.knowledge.value_words import kind
from features.onboarding.orders.order_drafts import operands
from features.onboarding.parts.parts import Parts
from features.onboarding.proposal.choice import Choice, Draft

_MOST_PIECES = 1000  # in a row of an order


def with_doubts(draft: Draft, parts: Parts) -> Draft:
    """A draft with a question, where its orders have no amount, or a price alone, and unknown numbers stand beside."""
    if draft.canonical != "events" or not _has_orders(draft, parts):
        return draft
    if any(question.topic == "amount" for question in draft.choice.questions):
        return draft
    value, price, numbers = draft.choice.columns.get("value"), parts.get("unit_price"), _unknown_numbers(draft, parts)
    if value is None and numbers:
        text = f"no column is known as an amount of these orders: is {numbers[0].name} one?"
        options = ["(the orders have no amount)", *(f"value: {column.sql}" for column in numbers[:4])]
        return draft.adding(Choice(questions=[Question("amount", text, options, "columns.value")]))
    pieces = [column for column in numbers if _may_count_pieces(column)]
    if price is not None and value == price.name and parts.get("quantity") is None and pieces:
        text = f"is {price.name} the price of one piece, and does {pieces[0].name} tell how many?"
        options = [f"value: {value}", *(f"value: {column.sql} * {price.sql}" for column in pieces[:4])]
        return draft.adding(Choice(questions=[Question("amount", text, options, "columns.value")]))
    return draft


def _has_orders(draft: Draft, parts: Parts) -> bool:
    if draft.kind is not None or draft.suffix:
        return draft.kind == "order" and not draft.suffix
    words = [word for column in parts.all("kind") for word in column.common]
    return any((kind(word) or canonical_kind(word)) == "order" for word in words)


def _unknown_numbers(draft: Draft, parts: Parts) -> list[Column]:
    """The numbers that no name gives a part to and that the draft does not use, those with decimals first."""
    used = set(operands(draft))
    found = [column for column in draft.table.columns.values() if column.name.lower() not in used]
    found = [column for column in found if column.is_number and not (column.is_boolean or column.is_time)]
    found = [column for column in found if not column.is_constant and parts.role_of(column) is None]
    return sorted(found, key=lambda column: -column.decimals)


def _may_count_pieces(column: Column) -> bool:
    return column.is_whole and (column.low or 0) >= 0 and (column.high or 0) <= _MOST_PIECES
