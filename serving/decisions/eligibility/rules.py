"""Declared rules, compiled once for the candidates at hand: each marks those for which it does not hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from features.arrays import Mask
from features.config.sections.decisions.rules import RuleSettings
from features.language.rules.evaluate import Evaluate, Read, compile_rule
from features.language.rules.needs import Needs
from features.language.rules.rule import Rule
from features.language.rules.types import Names
from features.texts.catalogue import Language
from serving.decisions.eligibility.checks import Check, Failing
from serving.decisions.facts.facts import Facts


@dataclass(frozen=True)
class CompiledRule:
    """A rule by its name, ready to be asked; ``about[candidate]`` tells which candidates it is about."""

    name: str
    rule: Rule
    evaluate: Evaluate
    about: Mask
    told: str | None

    def fails(self, read: Read) -> Mask:
        """``[candidate]``: whether the rule does not hold; so it is with a missing value where nothing else decides."""
        fails: Mask = np.logical_and(self.about, np.logical_not(self.evaluate(read).value))
        return fails


@dataclass(frozen=True)
class Rules:
    """All declared rules over the candidates at hand, whose columns are ``fixed``."""

    rules: Sequence[CompiledRule]
    names: Names
    fixed: Read
    timezone: str
    language: Language

    @classmethod
    def of(
        cls,
        declared: Mapping[str, RuleSettings],
        names: Names,
        fixed: Read,
        candidates: int,
        *,
        timezone: str,
        language: Language,
    ) -> Rules:
        """Compile rules over the columns of candidates."""
        every = np.ones(candidates, dtype=np.bool_)
        rules = []
        for name, settings in declared.items():
            rule = Rule.of(settings.when, names)
            about = every
            if settings.about is not None:
                node = Rule.of(settings.about, names).node
                about = np.logical_and(every, compile_rule(node, fixed, timezone=timezone)(fixed).value)
            evaluate = compile_rule(rule.node, fixed, timezone=timezone)
            rules.append(CompiledRule(name, rule, evaluate, about, settings.told(language)))
        return cls(rules, names, fixed, timezone, language)

    @property
    def checks(self) -> list[Check]:
        """A check for each rule, in the order in which they are declared."""
        return [Check("rule", each.name) for each in self.rules]

    def mark(self, failing: Failing, facts: Facts) -> None:
        """Mark the candidates for which a rule does not hold."""
        read = self.read(facts)
        for each in self.rules:
            failing.mark("rule", each.fails(read), each.name, tell=partial(self._tell, each, read))

    def read(self, facts: Facts) -> Read:
        """The values of names for these facts and the candidates at hand."""
        return lambda name: self.fixed(name) if name.startswith("candidate.") else facts.read(name)

    def _tell(self, each: CompiledRule, read: Read, place: int) -> Mapping[str, object]:
        """The rule and what would have to change for it to hold for the candidate at a place."""
        needs = Needs(each.rule.text, self.names, read, place, self.language, self.timezone).of(each.rule.node)
        return {"rule": each.name, "text": each.told, "needs": needs}
