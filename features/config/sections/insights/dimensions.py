"""The section of the dimensions: by what of one's own customers, or their events, are told apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from features.config.sections.section import Number, Section
from features.errors import StamkundError
from features.language.rules.clauses import rule_text
from features.language.rules.rule import Rule
from features.language.rules.types import Names

TEXTS: Final = {"channel": "channel", "category": "category", "campaign": "campaign_id"}  # of events: their columns
NUMBERS: Final = ("value", "discount", "cost", "rating")  # of events
TAKEN: Final = (
    *TEXTS, "reason", "touchpoint", "acquisition", "referred", "identified", "interval", "stage", "persona",
)  # fmt: skip
_TAKEN_BEGINNINGS: Final = ("segment_", "score_")


class DimensionSettings(Section):
    """Groups of customers by rules, the first that holds; or of a value ``of`` them or their events.

    Such a value is told apart in ``bands``, at ascending bounds, or in ``groups`` of several values each. Who is in no
    group is ``other``; of whom nothing is known, it is not known in which they are.

    >>> DimensionSettings(of="spend_365d", bands=[100, 500]).names
    ('< 100', '100 – 500', '≥ 500')
    """

    of: str | None = None
    bands: list[Number] | None = Field(default=None, min_length=1)
    groups: dict[str, object] | None = Field(default=None, min_length=1)
    other: Annotated[str, Field(min_length=1)] = "other"

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if (self.bands is None) == (self.groups is None):
            msg = "A dimension has either `bands` (bounds of a number) or `groups` (of values, or rules)."
            raise StamkundError("bad_dimension", msg)
        if self.bands is not None and self.of is None:
            msg = "`bands` are of a number: say `of` which, such as features.spend_365d, or value of events."
            raise StamkundError("missing_key", msg, field="of")
        if self.bands is not None and any(low >= high for low, high in pairwise(self.bands)):
            raise StamkundError("bad_dimension", "`bands` are bounds that ascend, such as [100, 500].", field="bands")
        if self.bands is not None and "other" in self.model_fields_set:
            raise StamkundError("unused_setting", "`bands` leave out no number. Take `other` away.", field="other")
        if self.of in TEXTS and self.bands is not None:
            raise StamkundError("bad_dimension", f"`{self.of}` is a text: give `groups`, not `bands`.", field="bands")
        if self.of in NUMBERS and self.groups is not None:
            raise StamkundError(
                "bad_dimension", f"`{self.of}` is a number: give `bands`, not `groups`.", field="groups"
            )
        if self.of is not None and self.groups is not None:
            self._check_values(self.groups)
        return self

    def _check_values(self, groups: Mapping[str, object]) -> None:
        several = [value for name in groups for value in self.values(name)]
        twice = next((value for value in several if several.count(value) > 1), None)
        if twice is not None:
            msg = f"{twice!r} is in two groups. Take it away from one of them."
            raise StamkundError("bad_dimension", msg, field="groups")

    @property
    def of_events(self) -> bool:
        """Whether it tells events apart, and not customers."""
        return self.of in TEXTS or self.of in NUMBERS

    @property
    def names(self) -> tuple[str, ...]:
        """What its groups are called, without those of no group."""
        if self.groups is not None:
            return tuple(self.groups)
        bounds = [f"{bound:g}" for bound in self.bands or []]
        between = [f"{low} – {high}" for low, high in pairwise(bounds)]
        return (f"< {bounds[0]}", *between, f"≥ {bounds[-1]}")

    def values(self, group: str) -> list[object]:
        """The values of a group."""
        told = (self.groups or {})[group]
        return list(told) if isinstance(told, list | tuple) else [told]

    def rules(self, names: Names) -> dict[str, Rule]:
        """The rule of each group of customers, in order; of whom it asks of a value, also that of the others."""
        return {group: Rule.of(text, names) for group, text in self._texts(names)}

    def _texts(self, names: Names) -> Iterator[tuple[str, str]]:
        if self.bands is not None and self.of is not None:
            lows = [{}, *({"at_least": bound} for bound in self.bands)]
            highs = [*({"below": bound} for bound in self.bands), {}]
            tests = [low | high for low, high in zip(lows, highs, strict=True)]
            yield from ((name, rule_text({self.of: test}, names)) for name, test in zip(self.names, tests, strict=True))
        for group, told in (self.groups or {}).items():
            if self.of is not None:
                yield group, rule_text({self.of: self.values(group)}, names)
            elif isinstance(told, Mapping):
                yield group, rule_text({str(name): test for name, test in told.items()}, names)
            else:
                yield group, str(told)
        if self.groups is not None and self.of is not None:
            every = [value for group in self.groups for value in self.values(group)]
            yield self.other, rule_text({self.of: {"not": every}}, names)


def check_dimensions(dimensions: Mapping[str, DimensionSettings], names: Names) -> None:
    """Raise :class:`StamkundError`, with its place, for taken names and for rules that cannot be read."""
    for name, settings in dimensions.items():
        if name in TAKEN or name.startswith(_TAKEN_BEGINNINGS):
            msg = f"There is a dimension '{name}' already, or may be. Give yours another name."
            raise StamkundError("bad_name", msg, field=f"dimensions.{name}")
        if not settings.of_events:
            checked(name, settings, names)


def checked(name: str, settings: DimensionSettings, names: Names) -> dict[str, Rule]:
    """The rules of a dimension of customers; an error has its place in the settings."""
    try:
        return settings.rules(names)
    except StamkundError as error:
        raise StamkundError(error.code, str(error), field=f"dimensions.{name}") from None
