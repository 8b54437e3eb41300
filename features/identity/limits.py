"""Limits: how many identifiers of each type one person may hold, kept as one number a person; and who holds none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import polars as pl

from features.addresses import is_nobodys
from features.config.sections.identifier_type import MOST
from features.config.sections.identity import IdentitySettings
from features.events.identifiers import USER
from features.reading.ids import STAND_INS

WIDTH = (2 * MOST).bit_length() + 1  # bits in which the values of one type are counted; the highest tells of too many
FULL = 1 << (WIDTH - 1)


@dataclass(frozen=True)
class Limits:
    """The limits by the ranks of types: ``per_person`` values of a person, and ``people`` of a value.

    All counts of a person are one number: the counts of two people are added at once, and looked at at once.

    >>> limits = Limits({0: 1, 1: 5}, {})
    >>> two_users, five_emails = 2 * limits.one(0), 5 * limits.one(1)
    >>> bool((two_users + limits.room) & limits.beyond), bool((five_emails + limits.room) & limits.beyond)
    (True, False)
    >>> limits.broken(two_users)
    0
    """

    per_person: Mapping[int, int]
    people: Mapping[int, int]

    @classmethod
    def of(cls, identity: IdentitySettings) -> Self:
        """The limits of the settings."""
        types = list(enumerate(identity.types.values()))
        return cls(
            {rank: kind.per_person for rank, kind in types if kind.per_person is not None},
            {rank: kind.people for rank, kind in types if kind.people is not None},
        )

    def one(self, rank: int) -> int:
        """The count of one value of a type."""
        return 1 << WIDTH * rank if rank in self.per_person else 0

    @property
    def room(self) -> int:
        """What is added to counts so that one above its limit reaches its highest bit."""
        return sum((FULL - 1 - limit) << WIDTH * rank for rank, limit in self.per_person.items())

    @property
    def beyond(self) -> int:
        """The highest bits of all counts."""
        return sum(FULL << WIDTH * rank for rank in self.per_person)

    def broken(self, counts: int) -> int | None:
        """The first type of which these counts are too many."""
        over = (counts + self.room) & self.beyond
        return next((rank for rank in self.per_person if over & FULL << WIDTH * rank), None)


def barred_by(nodes: pl.DataFrame, identity: IdentitySettings) -> pl.Series:
    """What bars nodes (``node, id_type``) from joining anybody: the setting ``block``, or that they are ``nobody``'s.

    >>> nodes = pl.DataFrame({"node": ["email:a@x.se", "email:none", "u1"], "id_type": ["email", "email", "user_id"]})
    >>> barred_by(nodes, IdentitySettings(block=("U1",))).to_list()
    [None, 'nobody', 'block']
    """
    user = pl.col("id_type") == USER
    value = (
        pl.when(user)
        .then(pl.col("node").str.strip_prefix(f"{USER}:"))
        .otherwise(pl.col("node").str.splitn(":", 2).struct.field("field_1"))
    )
    of_nobody = [value.str.to_lowercase().is_in(STAND_INS)]
    of_nobody += [
        (pl.col("id_type") == name) & is_nobodys(value, kind.form)
        for name, kind in identity.types.items()
        if kind.form != "text"
    ]
    nobody = pl.any_horizontal(of_nobody)
    blocked = value.str.to_lowercase().is_in(identity.blocked)
    barred = pl.when(blocked).then(pl.lit("block")).when(nobody).then(pl.lit("nobody"))
    return nodes.select(barred.alias("barred"))["barred"]
