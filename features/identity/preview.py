"""What would become of people: the same links resolved otherwise, beside who is who in the lake."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from features.config.sections.identity import IdentitySettings
from features.events.identifiers import identifier
from features.identity.links import identifications, links_of
from features.identity.people import People
from features.identity.resolve import resolve
from features.identity.rulings import Ruling
from features.identity.versions import versions_at
from features.lake import Lake


@dataclass(frozen=True)
class Preview:
    """How many profiles would become ``joined`` ones, which would be ``split``, and what the largest would hold.

    ``joined`` and ``split`` tell of each customer afterwards, or before, who they were or will be.
    """

    joined: Mapping[str, tuple[str, ...]]
    split: Mapping[str, tuple[str, ...]]
    largest: Mapping[str, int]

    @property
    def text(self) -> str:
        """The preview in a sentence.

        >>> Preview({"u1": ("email:a@x.se", "u1")}, {}, {"user_id": 1, "email": 1}).text
        '2 profiles would become 1; the largest would hold 1 user_id, 1 email. Nobody would be split.'
        """
        if not self.joined and not self.split:
            return "Nobody would be joined or split."
        held = ", ".join(f"{n} {name}" for name, n in self.largest.items())
        merged = sum(map(len, self.joined.values()))
        joined = f"{merged} profiles would become {len(self.joined)}; the largest would hold {held}."
        into = sum(map(len, self.split.values()))
        split = f"{len(self.split)} would be split into {into}." if self.split else "Nobody would be split."
        return f"{joined} {split}" if self.joined else split


def preview(lake: Lake, identity: IdentitySettings, rulings: Iterable[Ruling], *, as_of: int) -> Preview:
    """What a build with these settings and rulings would make of the people that the lake knows at a moment (µs)."""
    resolution = resolve(links_of(identifications(lake), identity), identity, rulings)
    now = resolution.persons.filter(pl.col("from") <= as_of, pl.col("to") > as_of)
    before = People.at(lake, [as_of])
    after = People(lake, *versions_at(now, [as_of]))
    names = (
        column for people in (before, after) for column in (people.joined["fragment"], people.joined["customer_id"])
    )
    asked = pl.DataFrame({"fragment": pl.concat(names).drop_nulls().unique().sort()}).with_columns(time=pl.lit(as_of))
    told = (people.assigned(asked.lazy()).select("fragment", "customer_id") for people in (before, after))
    was, becomes = told
    both = was.join(becomes, on="fragment", suffix="_after").rename({"customer_id": "was", "customer_id_after": "is"})
    moves = both.drop_nulls().collect()
    joined = _several(moves, "is", "was")
    return Preview(joined, _several(moves, "was", "is"), _largest(moves.filter(pl.col("is").is_in([*joined]))))


def _several(moves: pl.DataFrame, one: str, other: str) -> dict[str, tuple[str, ...]]:
    """Those on one side who are several on the other."""
    groups = moves.group_by(one).agg(pl.col(other).unique().sort()).filter(pl.col(other).list.len() > 1)
    return {name: tuple(others) for name, others in groups.sort(one).iter_rows()}


def _largest(moves: pl.DataFrame) -> dict[str, int]:
    """How many identifiers of each type the person with the most of them would hold."""
    if moves.is_empty():
        return {}
    groups = moves.group_by("is").agg("fragment").sort(pl.col("fragment").list.len(), "is", descending=[True, False])
    types = [identifier(fragment)[0] for fragment in groups["fragment"][0]]
    return {name: types.count(name) for name in sorted({*types}, key=lambda name: (types.count(name), name))}
