"""Declared weights, compiled once: numbers by which scores are multiplied where a condition holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from features.arrays import Floats
from features.config.sections.decisions.arbitration import Weight
from features.language.rules.evaluate import Evaluate, Read, compile_rule
from features.language.rules.rule import Rule
from features.language.rules.types import Names


class CompiledWeight(NamedTuple):
    """A weight by its name, ready to be asked when it holds."""

    name: str
    evaluate: Evaluate
    weight: float


def compiled(declared: Mapping[str, Weight], names: Names, fixed: Read, *, timezone: str) -> tuple[CompiledWeight, ...]:
    """Compile weights over the columns of candidates."""
    return tuple(
        CompiledWeight(name, compile_rule(Rule.of(each.when, names).node, fixed, timezone=timezone), each.weight)
        for name, each in declared.items()
    )


def weighed(weights: tuple[CompiledWeight, ...], read: Read, candidates: int) -> dict[str, Floats]:
    """``[candidate]`` of each weight: the number where its condition holds, 1 where it does not or nobody knows."""
    return {
        name: np.where(np.broadcast_to(np.asarray(evaluate(read).value, dtype=np.bool_), candidates), weight, 1.0)
        for name, evaluate, weight in weights
    }
