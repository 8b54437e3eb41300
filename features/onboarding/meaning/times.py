"""The moment at which what a row tells happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from features import sql
from features.onboarding.facts.column import Column
from features.onboarding.facts.question import Question
from features.onboarding.facts.table import Table
from features.onboarding.proposal.choice import Choice
from features.onboarding.roles.roles import Roles
from features.reading.formats import EPOCHS

_OF_ORDERS = ("order_time", "time", "sent_time", "start", "shipped_time", "refund_time", "updated_time")
_OF_OTHERS = ("sent_time", "time", "order_time", "open_time", "click_time", "start", "registered_time", "updated_time")


@dataclass(frozen=True)
class Moment:
    """The column that tells the day or the moment, and of a day the one that tells the hour."""

    column: Column
    choice: Choice
    clock: Column | None = None

    @property
    def columns(self) -> Sequence[Column]:
        """Both of them."""
        return [self.column] if self.clock is None else [self.column, self.clock]

    @property
    def is_day(self) -> bool:
        """Whether no hour is told."""
        return self.clock is None and self.column.days == self.column.present

    @property
    def day(self) -> str:
        """The day as an expression of the settings."""
        if self.column.days == self.column.present:
            return self.column.sql
        return f"left(CAST({self.column.sql} AS VARCHAR), 10)"


def moment(table: Table, roles: Roles, *, of_order: bool) -> Moment | None:
    """The column that tells when, and what is unsure of it; None where no column does."""
    named = [column for column in roles.all(*(_OF_ORDERS if of_order else _OF_OTHERS)) if column.is_time]
    best = next((column for column in named if column.is_full), next(iter(named), None))
    if best is not None:
        return _with_clock(table, best, Choice())
    unnamed = [
        column for column in table.columns.values()
        if column.is_time and column.is_full and roles.role_of(column) in {None, "cancel"}
    ]  # fmt: skip
    if not unnamed:
        return None
    best, *others = sorted(unnamed, key=lambda column: (column.is_number, -column.distinct))
    if all(column.is_number for column in others) and not (best.is_number and (others or best.times[0] in EPOCHS)):
        return _with_clock(table, best, Choice())
    options = [f"time: {column.name}" for column in (best, *others)]
    text = f"no column is named as the moment; {best.name} holds times"
    return _with_clock(table, best, Choice(questions=[Question("time", text, options, "columns.time")]))


def _with_clock(table: Table, day: Column, choice: Choice) -> Moment:
    """A moment of a day and of the hour that a column beside it tells, if there is one such column."""
    clocks = [column for column in table.columns.values() if column.clock and column.is_full]
    if day.days < day.present or len(clocks) != 1:
        return Moment(day, Choice({"time": day.name}) + choice)
    clock = clocks[0]
    hour = f"CAST(try_strptime({clock.sql}, {sql.literal(clock.clock)}) AS TIME)"
    return Moment(day, Choice({"time": f"TRY_CAST({day.sql} AS DATE) + {hour}"}) + choice, clock)
