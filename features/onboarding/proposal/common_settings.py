"""What the settings say of all sources together: name, currency, clock, targets."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from features.onboarding.facts.column import Column
from features.onboarding.facts.question import Question
from features.onboarding.knowledge.currencies import CODES, SIGNS, currency_in_name
from features.onboarding.proposal.choice import Draft
from features.onboarding.proposal.document import questions, scalar
from features.onboarding.proposal.identity import identity_lines
from features.onboarding.proposal.nobody import nobody
from features.onboarding.proposal.predictions import outcome_lines, subscription_lines
from features.onboarding.proposal.proposal import Proposal
from features.onboarding.proposal.rhythm import is_old, last_moment, rhythm

_ZONE = re.compile(r"\d ?(Z|[A-Z]{3,4}|[+-]\d\d:?(\d\d)?)$|/")


def head(proposal: Proposal) -> tuple[list[str], list[Question]]:
    """The lines before the sources, and what is unsure of them."""
    currency, question = _currency(proposal.drafts)
    place = proposal.drafts[0].table.place if proposal.drafts else Path()
    lines = [
        "# A first proposal: read it, answer what is asked (`# ?`), then run `stamkund doctor`.",
        "# `columns` maps canonical columns to yours: a column's name, or an SQL expression over several.",
        "",
        f"name: {scalar(place.resolve().parent.name or 'My customers')}",
        *questions([question] if question else [], indent=0),
        currency,
        *_clock(proposal.drafts),
    ]
    if any(_is_naive(draft) for draft in proposal.drafts):
        lines.append("# timezone: Europe/Berlin   # times that name no zone are taken for UTC: put yours here")
    nobodies, unsure = nobody(proposal.drafts)
    return [*lines, *nobodies], [*([question] if question else []), *unsure]


def tail(proposal: Proposal) -> list[str]:
    """The lines after the sources: who is one person, and what may be predicted."""
    return [*identity_lines(proposal.drafts), *_targets(proposal)]


def _targets(proposal: Proposal) -> list[str]:
    drafts = proposal.drafts
    lines = [*subscription_lines(drafts), *_order_targets(drafts), *outcome_lines(drafts)]
    return ["", "targets:", *lines] if lines else []


def _order_targets(drafts: Sequence[Draft]) -> list[str]:
    found = rhythm(drafts)
    if found is None:
        return []
    days = found.horizon
    active, far = 2 * days, min(3 * days, 364)
    gap = (
        f"half of those who come back do so within {found.gap:.0f} days"
        if found.gap
        else "hardly anyone has come back yet"
    )
    lines = [f"  # In {found.days} days of orders {gap}."]
    if found.days < 3 * days + active:
        lines.append(
            f"  # That is little to learn from: {3 * days + active} days or more are needed for these windows."
        )
    return [
        *lines,
        f"  # Bought within {active} days: nothing in the next {days}? Within {far}: how much in the next {far}?",
        f"  lapse: {{type: lapse, event: order, horizon: {days}d, active: {active}d}}",
        f"  spend: {{type: spend, event: order, horizon: {far}d, active: {far}d}}",
    ]


def _clock(drafts: Sequence[Draft]) -> list[str]:
    """The moment that stands for now where all events are long past."""
    last = last_moment([draft for draft in drafts if not draft.is_left_out])
    if last is None or not is_old(last):
        return []
    day = last + timedelta(days=1)
    return [f"clock: {day:%Y-%m-%d}   # the last event is of the day before: take it away once newer ones come"]


def _is_naive(draft: Draft) -> bool:
    """Whether the moments of a source name an hour and no zone."""
    column = draft.table.columns.get(draft.choice.columns.get("time", ""))
    if draft.canonical != "events" or column is None or column.is_number or column.days == column.present:
        return False
    return not any(_ZONE.search(cell) for cell in column.common)


def _currency(drafts: Sequence[Draft]) -> tuple[str, Question | None]:
    """The currency that most rows name, else the one that amounts are written with."""
    counts: Counter[str] = Counter()
    for draft in drafts:
        if named := currency_in_name(draft.choice.columns.get("value", "")):
            counts[named] += draft.table.rows
        name = draft.choice.columns.get("currency", "")
        if name in draft.table.columns:
            counts.update({code.upper(): n for code, n in draft.table.columns[name].common.items() if len(code) == 3})
    if counts:
        most, *others = [currency for currency, _ in counts.most_common()]
        if not others:
            return f"currency: {most}   # as the rows say", None
        text = f"amounts are in {', '.join([most, *others])}: rows of another currency than this one are set aside"
        return f"currency: {most}", Question(
            "currency", text, [f"currency: {code}" for code in (most, *others)], "currency"
        )
    signs = Counter(code for draft in drafts for column in draft.table.columns.values() for code in _signs(column))
    if signs:
        return f"currency: {signs.most_common(1)[0][0]}   # as the amounts are written", None
    return "currency: EUR   # no column tells the currency: put yours here", None


def _signs(column: Column) -> list[str]:
    """The currencies that a column of amounts names, in its name or beside its numbers."""
    if not column.is_number:
        return []
    text = f"{column.name} {next(iter(column.common), '')}"
    codes = re.findall(rf"(?<![A-Za-z])({'|'.join(CODES)})(?![A-Za-z])", text)
    return [*codes, *(code for sign, code in SIGNS.items() if sign in text)]
