"""The section of the segments: customers for whom a rule holds, each under a name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from features.config.sections.section import Section
from features.errors import StamkundError
from features.language.rules.clauses import rule_text
from features.language.rules.rule import Rule
from features.language.rules.types import Names, Type
from features.texts.catalogue import Language

_OWN: Final = ("when", "text")  # keys that are no conditions
SPACES: Final = (
    "features", "percentiles", "traits", "scores", "consent", "journeys", "segments", "time",
)  # what segments speak of  # fmt: skip


class SegmentSettings(Section):
    """Customers for whom the rule ``when`` holds and all ``conditions`` do; ``text`` tells people who they are.

    In the file the conditions stand beside ``when``, and a rule alone may stand in place of all.
    """

    when: str | None = Field(default=None, min_length=1)
    conditions: dict[str, object] = Field(default_factory=dict)
    text: str | dict[Language, str] | None = None

    def told(self, language: Language) -> str | None:
        """The segment in words, as declared."""
        return self.text.get(language) if isinstance(self.text, dict) else self.text

    def rule(self, names: Names) -> str:
        """The whole as the text of one rule.

        >>> loyal = SegmentSettings(when="features.orders_90d > 3 || consent.news", conditions={"stage": "loyal"})
        >>> loyal.rule(Names({"features": {"stage": "text"}}))
        'features.stage == "loyal" && (features.orders_90d > 3 || consent.news)'
        """
        conditions = rule_text(self.conditions, names)
        if self.when is None:
            return conditions
        return f"{conditions} && ({self.when})" if conditions else self.when


def _declared(segment: object) -> object:
    """A segment as the file has it: a rule alone, or conditions by name, beside ``when`` and ``text``."""
    if isinstance(segment, str):
        return {"when": segment}
    if not isinstance(segment, Mapping) or "conditions" in segment:
        return segment
    own = {key: segment[key] for key in _OWN if key in segment}
    conditions = {str(key): value for key, value in segment.items() if key not in _OWN}
    return {**own, "conditions": conditions}


DeclaredSegment = Annotated[SegmentSettings, BeforeValidator(_declared)]


def segment_names(names: Names, segments: Iterable[str]) -> Names:
    """The names that rules of segments may use, of those that rules of decisions may."""
    told: dict[str, Mapping[str, Type]] = {**names.spaces, "segments": dict.fromkeys(segments, "boolean")}
    spaces: dict[str, Mapping[str, Type]] = {space: told[space] for space in SPACES if space in told}
    return replace(names, spaces=spaces, later=names.later & {*SPACES})


def segment_rules(segments: Mapping[str, SegmentSettings], names: Names) -> dict[str, Rule]:
    """The rule of each segment, those that others read before these.

    Raises an error with the place in the settings for what cannot be read, an unknown name, and segments that are made
    of themselves.
    """
    own, rules = segment_names(names, segments), dict[str, Rule]()
    for name, segment in segments.items():
        rules[name] = _rule(name, segment, own)
    return {name: rules[name] for name in _in_order(rules)}


def _rule(name: str, segment: SegmentSettings, names: Names) -> Rule:
    try:
        text = segment.rule(names)
        if not text:
            message = f"The segment {name} has no condition. Give one, such as `{name}: {{stage: loyal}}`."
            raise StamkundError("no_condition", message)
        return Rule.of(text, names)
    except StamkundError as error:
        raise StamkundError(
            error.code, str(error), field=".".join(filter(None, ["segments", name, error.field]))
        ) from None


def _in_order(rules: Mapping[str, Rule]) -> list[str]:
    """The segments, each behind those that it reads."""
    done = list[str]()

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            circle = " → ".join([*path[path.index(name) :], name])
            message = f"The segment {name} is made of itself: {circle}. Take one of these steps away."
            raise StamkundError("segment_of_itself", message, field=f"segments.{name}")
        if name not in done:
            for read in sorted(
                each.removeprefix("segments.") for each in rules[name].reads if each.startswith("segments.")
            ):
                visit(read, (*path, name))
            done.append(name)

    for name in rules:
        visit(name, ())
    return done
