"""A finding: what is so, how sure it is, and of whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from features.arrays import Ints
from insights.intervals import Estimate

Unit = Literal["share", "money"]


@dataclass(frozen=True)
class Figure:
    """A code whose sentence the catalogue has under ``finding.``, with what fills it; amounts are minor units."""

    code: str
    unit: Unit
    estimate: Estimate
    counts: Mapping[str, int]
    money: Mapping[str, float]


@dataclass(frozen=True)
class Finding:
    """A figure, and the places of the customers to look at."""

    figure: Figure
    people: Ints
