"""What may be predicted beside orders: the end of subscriptions, and a column that says what came of customers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from features.events.kinds import snake_case
from features.onboarding.facts.column import Column
from features.onboarding.facts.question import Question
from features.onboarding.knowledge.value_words import is_outcome
from features.onboarding.proposal.choice import Draft
from features.onboarding.proposal.document import comments, questions, scalar

_FEW = 12  # reasons that are named


def subscription_lines(drafts: Sequence[Draft]) -> Iterator[str]:
    """The target of the first source of ended subscriptions, with the reasons that its ends name."""
    ends = next((each for each in drafts if each.kind == "subscription_end" and not each.is_left_out), None)
    if ends is None:
        return
    yield from comments(["Of those with a subscription in force: do they end it in the next 28 days?"])
    reason = ends.table.columns.get(ends.choice.columns.get("status", ""))
    if reason is not None:
        words = ", ".join(scalar(word) for word in list(reason.common)[:_FEW])
        yield from comments(
            [f"Every end counts; with `reason: {next(iter(reason.common))}` one alone does, of {words}."]
        )
    yield "  churn: {type: subscription_end, horizon: 28d}"


def outcome_lines(drafts: Sequence[Draft]) -> Iterator[str]:
    """A target for each column of customers or snapshots that is named for what came of them and says yes or no."""
    taken = set[str]()
    for draft in drafts:
        told = {name: draft.table.columns.get(text) for name, text in draft.choice.columns.items()}
        for name, column in (
            told.items() if draft.canonical in {"customers", "snapshots"} and not draft.is_left_out else ()
        ):
            target = _name(name)
            if column is not None and _tells_outcome(column) and target not in taken:
                taken.add(target)
                text = (
                    f"is {column.name} what is to be predicted? It is no feature then. Name in `leave_out: […]` what "
                    "is only known once it is; or take this target away"
                )
                yield from questions([Question("outcome", text)], indent=2)
                table = f", table: {draft.canonical}" if draft.canonical == "snapshots" else ""
                yield f"  {target}: {{type: outcome{table}, column: {scalar(name)}}}"


def _name(column: str) -> str:
    """A name for the target; `churn` alone is that of a figure of other models.

    >>> _name("Churn"), _name("Subscribed")
    ('left', 'subscribed')
    """
    plain = snake_case(column)
    return "left" if plain in {"churn", "lapse", "spend"} else plain


def _tells_outcome(column: Column) -> bool:
    return column.is_boolean and column.distinct == 2 and is_outcome(column.name)
