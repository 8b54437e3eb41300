"""Rests: what is not shown for a while, after what came of showing it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from heapq import merge
from operator import itemgetter

from features.config.sections.decisions.policy.rests import Rest
from features.config.sections.decisions.policy.selection import Touch
from serving.decisions.policy.history import Moments

ThingOf = Callable[[Touch], str | None]


@dataclass
class _Run:
    """The events of one thing that count towards its next rest, and until when its last one lasts."""

    times: deque[int]
    until: int | None = None


def resting(rest: Rest, after: Moments, without: Moments, thing_of: ThingOf, *, as_of: int) -> dict[str, int]:
    """By thing until when (µs) it rests, of those that do at ``as_of``.

    Events within a rest count for nothing. What ends a run ends its rest, too; of what happens at one moment it comes
    last, as a click comes after what was seen.

    >>> from features.config.sections.decisions.policy.selection import Touch
    >>> rest = Rest.model_validate({"after": "exposure", "times": 2, "without": "click", "each": "offer", "rest": "1m"})
    >>> tea = Touch("tea", None, None, None)
    >>> resting(rest, [(1, tea), (5, tea)], [(3, tea)], lambda touch: touch.offer, as_of=9)
    {}
    >>> resting(rest, [(1, tea), (5, tea)], [], lambda touch: touch.offer, as_of=9)
    {'tea': 60000005}
    """
    runs: dict[str, _Run] = {}
    for time, counts, thing in _in_order(after, without, thing_of):
        if not counts:
            runs.pop(thing, None)
            continue
        run = runs.setdefault(thing, _Run(deque()))
        if run.until is not None and time < run.until:
            continue
        run.times.append(time)
        if rest.within is not None:
            while run.times[0] <= time - rest.within:
                run.times.popleft()
        if len(run.times) >= rest.times:
            run.until = time + rest.rest
            run.times.clear()
    return {thing: run.until for thing, run in runs.items() if run.until is not None and as_of < run.until}


def _in_order(after: Moments, without: Moments, thing_of: ThingOf) -> Iterable[tuple[int, bool, str]]:
    """Each event's time, whether it counts or ends a run, and its thing; equal times in the order of the two."""
    told = merge(
        ((time, True, touch) for time, touch in after),
        ((time, False, touch) for time, touch in without),
        key=itemgetter(0),
    )
    for time, counts, touch in told:
        thing = thing_of(touch)
        if thing is not None:
            yield time, counts, thing
