"""What speaks for one subject of a table or another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from features.onboarding.facts.column import Column
from features.onboarding.facts.table import Table
from features.onboarding.roles.numbers import AMOUNTS
from features.onboarding.roles.roles import Roles
from features.onboarding.roles.table_names import REFERENCES, Subject, named_subjects

MOMENTS = (
    "order_time",
    "time",
    "sent_time",
    "shipped_time",
    "refund_time",
    "open_time",
    "click_time",
    "unsubscribe_time",
)


@dataclass(frozen=True)
class Signs:
    """What speaks for one subject of a table or another."""

    table: Table
    roles: Roles

    def has(self, *told: str) -> bool:
        """Whether a column has one of these roles."""
        return self.roles.get(*told) is not None

    def tells(self, *told: str) -> bool:
        """Whether a column is named for one of these roles."""
        return any(not self.roles.is_guess(role, column) for role in told for column in self.roles.all(role))

    def is_named(self, *subjects: Subject) -> bool:
        """Whether the name of the table or of its file speaks of one of these."""
        return bool(set(subjects) & set(self.named))

    @cached_property
    def named(self) -> list[Subject]:
        """What the words in the table's name say about its rows, the surest first."""
        return named_subjects(self.table)

    @cached_property
    def who(self) -> Column | None:
        """The column that may name customers."""
        named = self.roles.all("customer", "email", "phone", "anonymous")
        people = [column for column in self.roles.all("person") if not named and column.is_full]
        return next((column for column in [*named, *people] if column.is_full), next(iter(named), None))

    @cached_property
    def when(self) -> Column | None:
        """The column that may tell when."""
        times = [column for column in self.table.columns.values() if column.is_time]
        unnamed = [
            column for column in times
            if self.roles.role_of(column) is None and (not column.is_number or len(times) == 1)
        ]  # fmt: skip
        return next((column for column in [*self.roles.all(*MOMENTS), *unnamed] if column.is_time), None)

    @property
    def is_paid(self) -> bool:
        """Whether a column tells an amount."""
        return self.has(*AMOUNTS, "refund")

    @property
    def is_order(self) -> bool:
        """Whether columns tell what was bought: an amount, or what is named for it; ids alone may be of anything."""
        return self.has(*AMOUNTS) or self.tells("order", "quantity", "item")

    @property
    def happened(self) -> list[Subject]:
        """What the table's name says happened."""
        return [subject for subject in self.named if subject not in REFERENCES]
