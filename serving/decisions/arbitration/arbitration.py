"""By what the candidates that a person may get are ranked: factors, a priority, or a formula, compiled once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from math import isfinite
from typing import Literal, Self

import numpy as np

from features.arrays import Floats
from features.config.sections.decisions.arbitration import ArbitrationSettings, Factor
from features.config.sections.decisions.control import Treatment
from features.config.sections.decisions.names import formula_names
from features.language.rules.evaluate import Cell, Evaluate, Read, compile_rule
from features.language.rules.rule import Rule
from features.language.rules.types import Names
from serving.decisions.arbitration.uplifts import NONE, Chances, Uplifts
from serving.decisions.arbitration.weights import CompiledWeight, compiled, weighed
from serving.decisions.candidates.candidates import Candidates


@dataclass(frozen=True)
class Arbitration:
    """What is declared of ranking, for the candidates at hand.

    ``units`` is how many minor units a unit of the currency has. ``levers[candidate]`` multiply scores;
    ``priorities[candidate]`` rank instead where they are asked for, −∞ where a candidate has none.
    """

    by: Literal["value", "priority", "formula"]
    factors: frozenset[Factor]
    weights: tuple[CompiledWeight, ...]
    formula: Evaluate | None
    formula_reads: frozenset[str]
    units: int
    levers: Floats
    priorities: Floats
    uplifts: Uplifts = NONE

    @classmethod
    def of(
        cls,
        declared: ArbitrationSettings,
        candidates: Candidates,
        names: Names,
        fixed: Read,
        *,
        units: int,
        timezone: str,
    ) -> Self:
        """Compile the section over the columns of candidates."""
        formula, reads = None, frozenset[str]()
        if declared.formula is not None:
            rule = Rule.of(declared.formula, formula_names(names), "number")
            formula, reads = compile_rule(rule.node, fixed, timezone=timezone), frozenset(rule.reads)
        return cls(
            declared.ranks_by,
            frozenset(declared.factors),
            compiled(declared.weights, names, fixed, timezone=timezone),
            formula,
            reads,
            units,
            np.array([1.0 if o.lever is None else o.lever for o in candidates.offers], dtype=np.float64),
            np.array([-np.inf if o.priority is None else o.priority for o in candidates.offers], dtype=np.float64),
            Uplifts.of(declared.uplift, [offer.touch for offer in candidates.offers]),
        )

    @cached_property
    def is_plain(self) -> bool:
        """Whether the score of a candidate is its expected value and nothing else."""
        plain = self.by == "value" and {"propensity", "value"} <= self.factors and not self.weights
        return plain and ("lever" not in self.factors or bool((self.levers == 1).all()))

    @cached_property
    def needs_propensity(self) -> bool:
        """Whether a candidate without a known chance has no score."""
        read = bool(self.formula_reads & {"worth.propensity", "worth.expected_value"})
        return "propensity" in self.factors and (self.by == "value" or read)

    @cached_property
    def in_money(self) -> bool:
        """Whether scores are amounts."""
        return self.by == "value" and "value" in self.factors

    def told(self, score: float) -> float | None:
        """A score as it is told: amounts in units of the currency; None where there is none."""
        told = float(score) / (self.units if self.in_money else 1)
        return told if isfinite(told) else None

    def without(self, factors: Collection[Factor]) -> Arbitration:
        """The same with some factors switched off."""
        left = self.factors - frozenset(factors)
        return replace(self, factors=left)

    def of_arm(self, gets: Treatment | None) -> Arbitration:
        """By what is ranked for customers of a control arm; as declared, for all others."""
        match gets:
            case "propensity":
                return replace(self, by="value", factors=frozenset({"propensity"}), formula=None, uplifts=NONE)
            case "no_levers":
                return self.without({"lever"})
        return self

    def multipliers(self, read: Read) -> dict[str, Floats]:
        """``[candidate]`` of each weight and of the lever: what a score is multiplied by, as far as switched on."""
        count = len(self.levers)
        weights = weighed(self.weights, read, count) if "weights" in self.factors else {}
        return weights | ({"lever": self.levers} if "lever" in self.factors else {})

    def scores(self, chances: Chances, margins: Floats, multipliers: Mapping[str, Floats], read: Read) -> Floats:
        """``[candidate]``: the number by which it is ranked; amounts in minor units, NaN where it is not known."""
        if self.by == "priority":
            return self.priorities
        ones = np.ones(len(margins))
        chance = chances.counted if "propensity" in self.factors else ones
        value = margins if "value" in self.factors else ones
        if self.formula is None:
            return reduce(np.multiply, multipliers.values(), chance * value)
        weight = reduce(np.multiply, (each for name, each in multipliers.items() if name != "lever"), ones)
        value = value / self.units if "value" in self.factors else ones
        worth = {
            "propensity": chances.propensities if "propensity" in self.factors else ones,
            "uplift": np.full(len(margins), np.nan) if chances.uplifts is None else chances.uplifts,
            "value": value, "expected_value": chance * value, "weight": weight, "lever": multipliers.get("lever", ones),
        }  # fmt: skip

        def with_worth(name: str) -> Cell:
            space, _, own = name.partition(".")
            return Cell(worth[own], ~np.isnan(worth[own])) if space == "worth" else read(name)

        score, known = self.formula(with_worth)
        score = np.broadcast_to(np.asarray(score, dtype=np.float64), len(margins))
        return np.where(known & np.isfinite(score), score, np.nan)
