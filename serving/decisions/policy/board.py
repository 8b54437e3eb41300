"""Limits beside candidates, as arrays that all decisions on one channel share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from features.arrays import Ints
from features.config.sections.decisions.policy.selection import Touch
from serving.decisions.policy.limits import Limit
from serving.decisions.policy.windows import ENDLESS


@dataclass(frozen=True)
class Board:
    """What limits have to do with candidates on a channel.

    ``things[limit]`` has the place of each thing among the ``rooms``, which are how much of it there may be.
    ``cells[limit, candidate]`` is that place, the last one of all where the limit is not about the candidate;
    ``needs[limit, candidate]`` is how much of it the candidate takes. ``kinds`` has, for each limit on how many
    different ones, what of each candidate counts once, as a place among their names.
    """

    limits: tuple[Limit, ...]
    touches: tuple[Touch, ...]
    things: tuple[Mapping[str, int], ...]
    rooms: Ints
    cells: Ints
    needs: Ints
    kinds: Mapping[int, tuple[Mapping[str, int], Ints]]

    @classmethod
    def of(cls, limits: Sequence[Limit], touches: Sequence[Touch], costs: Sequence[int]) -> Board:
        """The board of candidates, each as it would be shown and with its cost in minor units."""
        things, rooms, shape = list[Mapping[str, int]](), list[int](), (len(limits), len(touches))
        cells, needs = np.full(shape, -1, dtype=np.int64), np.ones(shape, dtype=np.int64)
        for row, limit in enumerate(limits):
            named = [limit.thing_of(touch) for touch in touches]
            places = {
                name: place
                for place, name in enumerate(sorted({name for name in named if name is not None}), len(rooms))
            }
            rooms += [limit.most_of(name) for name in places]
            cells[row] = [-1 if name is None else places[name] for name in named]
            if limit.by_cost:
                needs[row] = costs
            things.append(places)
        cells[cells < 0] = len(rooms)
        told = {row: limit.distinct for row, limit in enumerate(limits) if limit.distinct is not None}
        kinds = {row: _places([str(getattr(touch, distinct)) for touch in touches]) for row, distinct in told.items()}
        every = np.array([*rooms, ENDLESS], dtype=np.int64)
        return cls(tuple(limits), tuple(touches), tuple(things), every, cells, needs, kinds)


def _places(names: Sequence[str]) -> tuple[Mapping[str, int], Ints]:
    """The place of each name among the different ones, and of these where each is.

    >>> _places(["spring", "autumn", "spring"])
    ({'spring': 0, 'autumn': 1}, array([0, 1, 0]))
    """
    places = {name: place for place, name in enumerate(dict.fromkeys(names))}
    return places, np.array([places[name] for name in names], dtype=np.int64)
