"""Sources that tell of the same orders: a shop's and those of whoever was paid for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from features.onboarding.facts.column import Column
from features.onboarding.facts.question import Question
from features.onboarding.knowledge.vocabulary import meanings
from features.onboarding.proposal.choice import Choice, Draft
from features.onboarding.relations.containment import contained

_MOST = 0.5  # of the orders of one source are those of another


def without_same_orders(drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts; one that tells of orders that a fuller one tells of, too, stands in comments, with a question."""
    orders = sorted((draft for draft in drafts if _order(draft) is not None), key=_fullness, reverse=True)
    found = list(drafts)
    for place, draft in enumerate(orders):
        fuller = next((other for other in orders[:place] if other in found and _same(draft, other)), None)
        if fuller is not None:
            found[found.index(draft)] = _left_out(draft, fuller)
    return found


def _order(draft: Draft) -> Column | None:
    """The column that names a draft's orders."""
    is_order = draft.canonical == "events" and (draft.kind == "order" or "kind" in draft.choice.columns)
    return draft.table.columns.get(draft.choice.columns.get("order_id", "")) if is_order else None


def _fullness(draft: Draft) -> tuple[bool, int, bool]:
    order = _order(draft)
    paid = any(word is not None and "payment" in word for word in meanings(draft.table.name))
    return "item_id" in draft.choice.columns, order.distinct if order else 0, not paid


def _same(draft: Draft, other: Draft) -> bool:
    one, key = _order(draft), _order(other)
    if one is None or key is None or draft.table is other.table:
        return False
    return contained(draft.table, one, other.table, key) >= _MOST


def _left_out(draft: Draft, fuller: Draft) -> Draft:
    text = (
        f"{draft.name} tells of orders that {fuller.name} tells of, too: counting both would count them twice, "
        f"so that it is left out; with `same_as`, only its orders that {fuller.name} does not tell of would count"
    )
    question = Question("same_as", text, [f"({draft.name} left out)", f"(take the comments of {draft.name} away)"])
    choice = Choice(settings={"same_as": [fuller.name]}, questions=[question])
    return replace(draft.adding(choice), is_left_out=True)
