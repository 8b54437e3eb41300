"""The names that rules may use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from features.config.sections.decisions.decisions import DecisionSettings
from features.config.sections.insights.journeys import JourneySettings
from features.errors import StamkundError
from features.events.tables import OFFERS, Role
from features.language.rules.rule import Rule
from features.language.rules.types import Names, Type

_TYPES: Final[Mapping[Role, Type]] = {
    "id": "text", "text": "text", "start": "moment", "end": "moment", "amount": "number", "number": "number",
    "list": "list",
}  # fmt: skip
CANDIDATE: Final[Mapping[str, Type]] = {name: _TYPES[role] for name, role in OFFERS.items()}
CONTEXT: Final[Mapping[str, Type]] = {"channel": "text", "device": "text"}
TIME: Final[Mapping[str, Type]] = {
    "now": "moment", "date": "text", "weekday": "text", "hour": "number", "day": "number", "month": "number",
}  # fmt: skip
WORTH: Final[Mapping[str, Type]] = dict.fromkeys(
    ("propensity", "uplift", "value", "expected_value", "weight", "lever"), "number"
)  # of a candidate for a person; amounts in units of the currency
LATER: Final = frozenset({"features", "traits", "percentiles"})  # what a build finds


def rule_names(
    decisions: DecisionSettings,
    targets: Iterable[str],
    purposes: Iterable[str],
    segments: Iterable[str] = (),
    journeys: Mapping[str, JourneySettings] | None = None,
) -> Names:
    """The names that settings tell; which features and traits there are is known after a build."""
    steps = [(name, each) for name, journey in (journeys or {}).items() for each in journey.outcomes]
    told = {f"{name}.{each.name}": each for name, each in steps}
    spaces: dict[str, Mapping[str, Type]] = {
        "candidate": {**CANDIDATE, **decisions.candidates.columns},
        "context": {**CONTEXT, **decisions.context},
        "time": TIME,
        "scores": dict.fromkeys(targets, "number"),
        "consent": dict.fromkeys(purposes, "boolean"),
        "segments": dict.fromkeys(segments, "boolean"),
        "journeys": {name: "text" if each.words else "number" for name, each in told.items()},
    }
    return Names(spaces, LATER, {f"journeys.{name}": each.words for name, each in told.items() if each.words})


def formula_names(names: Names) -> Names:
    """The names that a formula may use: those of rules, and what a candidate is worth."""
    return replace(names, spaces={**names.spaces, "worth": WORTH})


def check_rules(decisions: DecisionSettings, names: Names) -> None:
    """Refuse a rule that cannot be read, uses a name that does not exist, or something as what it is not."""
    for name, rule in decisions.rules.items():
        _checked(rule.when, names, f"rules.{name}.when")
        about = None if rule.about is None else _checked(rule.about, names, f"rules.{name}.about")
        if about is not None and not about.node.spaces() <= {"candidate"}:
            msg = f"`about` says which candidates the rule {name} is about, and so speaks of `candidate` only."
            raise StamkundError("bad_rule", msg, field=f"decisions.rules.{name}.about")
    arbitration = decisions.arbitration
    for name, weight in arbitration.weights.items():
        _checked(weight.when, names, f"arbitration.weights.{name}.when")
    if arbitration.formula is not None:
        _checked(arbitration.formula, formula_names(names), "arbitration.formula", "number")


def _checked(text: str, names: Names, field: str, gives: Type = "boolean") -> Rule:
    try:
        return Rule.of(text, names, gives)
    except StamkundError as error:
        raise StamkundError(error.code, str(error), field=f"decisions.{field}") from None
