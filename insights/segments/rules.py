"""The rules of segments: as declared, as somebody writes one now, and what they read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from features.config.sections.insights.segments import segment_names, segment_rules
from features.config.settings import Settings
from features.facts.names import known_names
from features.lake import Lake
from features.language.rules.evaluate import MISSING, Cell, Evaluate, compile_rule
from features.language.rules.rule import Rule
from features.language.rules.types import Names
from features.profiles.fitted.feature_set import FeatureSet
from insights.journeys.journey import Journey

_SEGMENTS, _JOURNEYS = "segments.", "journeys."


def folder_of(settings: Settings) -> Path:
    """Where the columns and the history of segments are."""
    return settings.insights / "segments"


def names_of(settings: Settings) -> Names:
    """The names that rules of segments may use, as the last build found them."""
    known = known_names(settings, Lake(settings.lake), FeatureSet.load(settings.feature_set))
    return segment_names(known, settings.segments)


def rules_of(settings: Settings, names: Names | None = None) -> dict[str, Rule]:
    """The rules of all segments, those that others read before these."""
    return segment_rules(settings.segments, names or names_of(settings))


def journeys_in(settings: Settings) -> dict[str, Journey]:
    """The journeys that rules may ask about, by name: those that are declared."""
    minor_units, declared = settings.minor_units, settings.journeys.items()
    return {name: Journey.of(name, each, minor_units=minor_units) for name, each in declared}


def reads(rule: Rule, rules: Mapping[str, Rule]) -> set[str]:
    """All that a rule reads, by way of segments too.

    >>> names = Names({"features": {"a": "number", "b": "number"}, "segments": {"x": "boolean"}})
    >>> inner, outer = Rule.of("features.b > 1", names), Rule.of("features.a > 1 && segments.x", names)
    >>> sorted(reads(outer, {"x": inner}))
    ['features.a', 'features.b']
    """
    own = {name for name in rule.reads if not name.startswith(_SEGMENTS)}
    return own.union(*(reads(rules[name], rules) for name in _inner(rule, _SEGMENTS)))


def compiled(rules: Mapping[str, Rule], *, timezone: str) -> dict[str, Evaluate]:
    """A function for each segment that gives for one person's values whether they are in: where unknown, they are not.

    >>> from features.language.rules.evaluate import MISSING
    >>> rule = Rule.of("features.a > 1", Names({"features": {"a": "number"}}))
    >>> compiled({"x": rule}, timezone="UTC")["x"](lambda name: MISSING)
    Cell(value=False, known=True)
    """
    functions = {name: compile_rule(rule.node, lambda _: MISSING, timezone=timezone) for name, rule in rules.items()}
    return {name: _settled(function) for name, function in functions.items()}


def _settled(function: Evaluate) -> Evaluate:
    return lambda read: Cell(bool(function(read).value))


def definition(name: str, rules: Mapping[str, Rule], journeys: Mapping[str, Journey]) -> str:
    """Twelve hex digits that change when the rule of a segment does, or that of one that it reads, or a journey."""
    rule = rules[name]
    inner = [definition(each, rules, journeys) for each in _inner(rule, _SEGMENTS)]
    text = "\n".join([rule.text, *inner, *(repr(journeys[each]) for each in _inner(rule, _JOURNEYS))])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _inner(rule: Rule, space: str) -> list[str]:
    """What a rule reads of a space, such as ``segments.``, by its first name there."""
    return sorted({each.split(".")[1] for each in rule.reads if each.startswith(space)})
