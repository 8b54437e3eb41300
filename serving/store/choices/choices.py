"""What decisions chose, a row each: what limits count of a customer, and a build reads as events."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from features.config.sections.decisions.policy.selection import Touch
from serving.store.reader import Ask, ask_among
from serving.store.tables.schema import CHOICES
from serving.store.writer import write

DECISION, HOLDOUT = "decision", "holdout"  # kinds of choices, and of the events that a build makes of them
_C = CHOICES.c
_CHOICES: Final = sa.select(_C.seq, _C.time, _C.kind, _C.offer_id, _C.campaign_id, _C.type, _C.channel).where(
    _C.time > sa.bindparam("after")
)
_OF_ALL: Final = (
    sa.select(_C.fragment, _C.time, _C.offer_id, _C.campaign_id, _C.type, _C.channel)
    .where(_C.time > sa.bindparam("after"), _C.kind == sa.literal_column(f"'{DECISION}'"))
    .order_by(_C.time, _C.seq)
)
_ADD: Final = sa.insert(CHOICES)


@dataclass(frozen=True)
class Choice:
    """A candidate that a decision chose for a placement; ``fragment`` is the node that it was asked for by.

    ``arm`` is the control arm of the customer among all. Of the kind ``holdout``, it would have been chosen, had not
    this ``arm`` kept it from them.
    """

    decision_id: str
    fragment: str
    time: int
    channel: str | None
    placement: str
    position: int
    offer_id: str
    campaign_id: str | None
    type: str
    kind: str = DECISION
    arm: str | None = None


@dataclass(frozen=True)
class Past:
    """What was chosen for one person, and what arms ``held`` back from them, each with its moment (µs), in that order.

    ``last`` is the number of the last of both, 0 for none.
    """

    last: int
    choices: Sequence[tuple[int, Touch]]
    held: Sequence[tuple[int, Touch]] = ()

    @property
    def as_if_shown(self) -> list[tuple[int, Touch]]:
        """Both together: what would count, had the arms held nothing back."""
        return sorted((*self.choices, *self.held), key=itemgetter(0))


def past_of(ask: Ask, nodes: Collection[str], *, after: int) -> Past:
    """What was chosen for the person of some nodes, and held back from them, after a moment (µs)."""
    rows = sorted(ask_among(ask, _CHOICES, _C.fragment, nodes, after=after), key=lambda row: (row[1], row[0]))
    told: dict[str, list[tuple[int, Touch]]] = {DECISION: [], HOLDOUT: []}
    for _, time, kind, *touch in rows:
        told[kind].append((time, Touch(*touch)))
    return Past(max((row[0] for row in rows), default=0), told[DECISION], told[HOLDOUT])


def choices_after(ask: Ask, *, after: int) -> list[tuple[str, int, Touch]]:
    """What was chosen for everybody after a moment (µs), each with its fragment and moment, in the order of time."""
    return [(fragment, time, Touch(*touch)) for fragment, time, *touch in ask(_OF_ALL, after=after)]


def add_choices(connection: Connection, choices: Sequence[Choice]) -> None:
    """Keep what was chosen, within the transaction that keeps the decisions."""
    write(connection, _ADD, [vars(choice) for choice in choices])
