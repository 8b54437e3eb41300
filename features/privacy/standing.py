"""The standing of one person on one purpose: what all that they said comes to.

A yes counts when it is later than every no, both by when it was said and by when it was received: a withdrawal that
arrives late, or whose clock is behind, is not undone by an older yes. Of a yes and a no at one moment the no counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from features.arrays import Flags, Ints, Mask
from features.events.statements.stances import Stance


class State(StrEnum):
    """What a person's statements on a purpose come to, the strictest last."""

    UNKNOWN = "unknown"
    GRANTED = "granted"
    PENDING = "pending"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    OBJECTED = "objected"


STATES = tuple(State)
REFUSALS = frozenset({State.DENIED, State.WITHDRAWN, State.OBJECTED})


class Standing(NamedTuple):
    """A state, the time (µs) of the statement that made it, and whether a no stands that no later yes has lifted."""

    state: State = State.UNKNOWN
    since: int | None = None
    refused: bool = False


def standing_of(time: Ints, received: Ints, stances: Flags, *, by_consent: bool = True) -> Standing:
    """The standing by statements in any order: ``time`` and ``received`` in µs, ``stances`` as :class:`Stance`.

    ``by_consent`` tells the purposes that need a yes from those that are allowed until somebody objects.

    >>> yes, no = Stance.GRANT, Stance.REFUSAL
    >>> said = np.array([10, 20, 30]), np.array([10, 20, 30]), np.array([yes, no, yes], dtype=np.int8)
    >>> standing_of(*said)
    Standing(state=<State.GRANTED: 'granted'>, since=30, refused=False)
    >>> standing_of(*(each[:2] for each in said))
    Standing(state=<State.WITHDRAWN: 'withdrawn'>, since=20, refused=True)
    """
    no = stances == Stance.REFUSAL
    if no.any():
        last, last_received = time[no].max(), received[no].max()
        later = (time >= last) & (received >= last_received) & ((time > last) | (received > last_received))
    else:
        later = np.ones(len(stances), dtype=np.bool_)
    yes, asked = stances == Stance.GRANT, stances == Stance.REQUEST
    if (yes & later).any():
        return Standing(State.GRANTED, _first(time, yes & later))
    if by_consent and (asked & later).any():
        return Standing(State.PENDING, _first(time, asked & later), refused=bool(no.any()))
    if not no.any():
        return Standing()
    state = State.OBJECTED if not by_consent else State.WITHDRAWN if yes.any() else State.DENIED
    return Standing(state, int(last), refused=True)


def strictest(standings: Iterable[Standing]) -> Standing:
    """What several voices of one person come to: the strictest of those that say anything.

    >>> denied, granted = Standing(State.DENIED, 10, refused=True), Standing(State.GRANTED, 20)
    >>> strictest([granted, Standing(), denied])
    Standing(state=<State.DENIED: 'denied'>, since=10, refused=True)
    """
    every = list(standings)
    state, since, _ = max(every, key=lambda one: (STATES.index(one.state), one.since or 0))
    return Standing(state, since, refused=any(one.refused for one in every))


def _first(time: Ints, among: Mask) -> int:
    return int(time[among].min())
