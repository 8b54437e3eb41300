"""The fold: links become people one after the other, and a link that would break a limit is refused.

Everything is an integer: an identifier is a place, and a person is all places that lead to one root. The places of a
person form a ring, so that two people become one by exchanging two steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np

from features.arrays import Ints
from features.identity.limits import Limits

ALWAYS, NEVER = -(2**63), 2**63 - 1
NAMELESS = 2**31  # the name of visitors: larger than any other
Limit = Literal["per_person", "people", "ruling"]


class Fold:
    """People while links are added to them.

    Args:
        rank: the type of each identifier, as its place among the types.
        name: each identifier's own name, a number of its own: that of a person is the least one of their identifiers.
        limits: what people may hold.
        apart: identifiers that people said to be of different persons, in groups.

    Attributes:
        merges: the links that joined two people, three numbers each: its place, and what the people of ``a`` and of
            ``b`` were called.
        refused: the links that did not: their places, the limit, and the type that it is of.
        shared: from when on (µs) an identifier serves too many people.
        periods: what identifiers were called that is not their own name, four numbers each: the identifier, the name,
            from when and until when.
    """

    def __init__(
        self, rank: Sequence[int], name: Sequence[int], limits: Limits, apart: Sequence[Sequence[int]] = ()
    ) -> None:
        self.rank, self.own, self.limits = rank, name, limits
        self.merges: list[int] = []
        self.refused: list[tuple[int, Limit, int]] = []
        self.shared: dict[int, int] = {}
        self.periods: list[int] = []
        self.root, self.ring, self._since = list(range(len(rank))), list(range(len(rank))), [ALWAYS] * len(rank)
        counts = [limits.one(each) for each in range(max(rank, default=0) + 1)]
        self._counts, self._name, self.called = [counts[each] for each in rank], list(name), list(name)
        self._served: dict[int, list[int]] = {}
        self._groups = {place: {group} for group, places in enumerate(apart) for place in places}

    def add(self, a: Sequence[int], b: Sequence[int], at: Sequence[int], rename: Sequence[bool]) -> None:
        """Add links in the order in which they count; ``rename``: ``b`` is an old name of ``a``."""
        root, counts, shared, served, groups = self.root, self._counts, self.shared, self._served, self._groups
        room, beyond, called = self.limits.room, self.limits.beyond, self.called
        for link, (x, y) in enumerate(zip(a, b, strict=True)):
            person, other = x, y
            while root[person] != person:
                root[person] = person = root[root[person]]
            while root[other] != other:
                root[other] = other = root[root[other]]
            if person == other:
                continue
            doubt = (counts[person] + counts[other] + room) & beyond or x in shared or y in shared or y in served
            if doubt or rename[link] or (groups and person in groups and other in groups):
                self._consider(link, x, y, at[link], rename=rename[link])
            else:
                self._join(link, person, other, at[link], min(called[person], called[other]))

    def person(self, place: int) -> int:
        """The root of an identifier."""
        while self.root[place] != place:
            place = self.root[place]
        return place

    def _consider(self, link: int, x: int, y: int, at: int, *, rename: bool) -> None:
        """Add a link against which something may speak."""
        person, other = self.person(x), self.person(y)
        if x in self.shared or y in self.shared:
            self.refused.append((link, "people", self.rank[y if y in self.shared else x]))
            return
        counts = self._counts[person] + self._counts[other]
        if rename and self._name[y] != NAMELESS:
            counts -= self.limits.one(self.rank[y])
        broken = self.limits.broken(counts)
        if broken is not None:
            self._refuse(link, (x, y), at, "per_person", broken)
        elif self._groups.get(person, set()) & self._groups.get(other, set()):
            self._refuse(link, (x, y), at, "ruling", self.rank[y])
        elif rename:
            self._join(link, person, other, at, min(self.called[person], self._retire(y)))
        elif self._serves_too_many(y, {person, other}, 1):
            self._refuse(link, (x, y), at, "people", self.rank[y])
        else:
            self._join(link, person, other, at, min(self.called[person], self.called[other]))

    def _refuse(self, link: int, ends: tuple[int, int], at: int, limit: Limit, rank: int) -> None:
        """Join nobody by a link; the weaker identifier then serves the person of the other one too."""
        x, y = ends
        self.refused.append((link, limit, rank))
        if self.rank[x] >= self.rank[y]:
            return
        self._served.setdefault(y, []).append(x)
        own = self.person(y)
        if self._serves_too_many(y, {own}, int(self.ring[y] != y)):
            self.shared[y] = at

    def _serves_too_many(self, place: int, own: set[int], count: int) -> bool:
        """Whether an identifier serves too many people: the ``count`` of its ``own``, and those it was refused to."""
        others = {self.person(each) for each in self._served.get(place, ())} - own
        return len(others) + count > self.limits.people.get(self.rank[place], len(self.rank))

    def _retire(self, old: int) -> int:
        """Let an identifier count no more, nor name its person; who now does."""
        person = self.person(old)
        if self._name[old] != NAMELESS:
            self._name[old] = NAMELESS
            self._counts[person] -= self.limits.one(self.rank[old])
        return min(self._name[place] for place in self._members(person))

    def _join(self, link: int, person: int, other: int, at: int, called: int) -> None:
        self.merges += (link, self.called[person], self.called[other])
        for each in (person, other):
            if self.called[each] != called:
                self._call(each, called, at)
        self.ring[person], self.ring[other] = self.ring[other], self.ring[person]
        self.root[other] = person
        self._counts[person] += self._counts[other]
        if other in self._groups:
            self._groups[person] = self._groups.get(person, set()) | self._groups[other]

    def _call(self, person: int, called: int, at: int) -> None:
        """Call a person's identifiers otherwise from a moment on."""
        before = self.called[person]
        self.called[person] = called
        for place in self._members(person):
            if before != self.own[place] and self._since[place] < at:
                self.periods += (place, before, self._since[place], at)
            self._since[place] = at

    def _members(self, person: int) -> Iterator[int]:
        yield person
        place = self.ring[person]
        while place != person:
            yield place
            place = self.ring[place]

    def last_periods(self) -> tuple[Ints, Ints, Ints]:
        """Identifiers, what they are called at the end, and since when: if not by their own name, or shared."""
        root = np.array(self.root, np.int64)
        while (up := root[root]).tobytes() != root.tobytes():
            root = up
        called = np.array(self.called, np.int64)[root]
        told = called != np.array(self.own, np.int64)
        told[list(self.shared)] = True
        return np.flatnonzero(told), called[told], np.array(self._since, np.int64)[told]
