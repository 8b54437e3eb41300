"""The names that rules may use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from features.config.sections.decisions.decisions import DecisionSettings
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
LATER: Final = frozenset({"features", "traits"})  # what a build finds


def rule_names(decisions: DecisionSettings, targets: Iterable[str], purposes: Iterable[str]) -> Names:
    """The names that settings tell; which features and traits there are is known after a build."""
    spaces: dict[str, Mapping[str, Type]] = {
        "candidate": {**CANDIDATE, **decisions.candidates.columns},
        "context": {**CONTEXT, **decisions.context},
        "time": TIME,
        "scores": dict.fromkeys(targets, "number"),
        "consent": dict.fromkeys(purposes, "boolean"),
    }
    return Names(spaces, LATER)


def check_rules(decisions: DecisionSettings, names: Names) -> None:
    """Refuse a rule that cannot be read, uses a name that does not exist, or something as what it is not."""
    for name, rule in decisions.rules.items():
        for key, text in {"when": rule.when, "about": rule.about}.items():
            try:
                parsed = None if text is None else Rule.of(text, names)
            except StamkundError as error:
                raise StamkundError(error.code, str(error), field=f"decisions.rules.{name}.{key}") from None
            if key == "about" and parsed is not None and not parsed.node.spaces() <= {"candidate"}:
                msg = f"`about` says which candidates the rule {name} is about, and so speaks of `candidate` only."
                raise StamkundError("bad_rule", msg, field=f"decisions.rules.{name}.about")
