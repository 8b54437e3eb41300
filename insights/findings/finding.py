"""A finding: what is so, how sure it is, and of whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from features.arrays import Ints
from insights.intervals import Estimate

Unit = Literal["share", "money"]


@dataclass(frozen=True)
class Finding:
    """A code whose sentence the catalogue has under ``finding.``, with the parameters that fill it.

    ``people`` are the places of the customers to look at; amounts of ``estimate`` and ``money`` are minor units.
    """

    code: str
    unit: Unit
    estimate: Estimate
    people: Ints
    counts: Mapping[str, int]
    money: Mapping[str, float]
