"""What the name of a table or of its file says about its rows."""

from __future__ import annotations

from typing import Literal

from features.onboarding.facts.table import Table
from features.onboarding.knowledge.vocabulary import meanings

Subject = Literal[
    "order", "refund", "lines", "customers", "items", "offers", "contact", "open", "click", "unsubscribe", "survey",
    "support", "subscription", "log", "visit", "view", "consent", "redeem", "events", "snapshots",
]  # fmt: skip

# What a word in a name says, the surest first.
_WORDS: tuple[tuple[Subject, str], ...] = (
    ("snapshots", "snapshot"),
    ("refund", "refund"),
    ("redeem", "redeem"),
    ("unsubscribe", "unsubscribe"),
    ("click", "click"),
    ("open", "open"),
    ("subscription", "subscription"),
    ("survey", "rating survey"),
    ("support", "ticket"),
    ("consent", "consent"),
    ("view", "page"),
    ("visit", "session"),
    ("order", "line order invoice basket transaction payment amount"),
    ("contact", "campaign contact email"),
    ("offers", "offer"),
    ("items", "item"),
    ("customers", "customer"),
)
REFERENCES: tuple[Subject, ...] = ("customers", "items", "offers")


def named_subjects(table: Table) -> list[Subject]:
    """What the words in a table's name say about its rows, the surest first."""
    names = (table.name, table.place.resolve().stem)
    words = {concept for name in names for word in meanings(name) if word for concept in word}
    return [subject for subject, concepts in _WORDS if words & set(concepts.split())]


def is_reference(table: Table) -> bool:
    """Whether a table's name says that it is one of customers, items or offers, and of nothing that happens."""
    named = named_subjects(table)
    return bool(named) and set(named) <= set(REFERENCES)
