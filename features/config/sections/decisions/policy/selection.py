"""Which candidates something declared of decisions is about: by offer, campaign, channel, type and group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, NamedTuple

from pydantic import BeforeValidator, Field

from features.config.sections.section import Section, Word
from features.errors import StamkundError

Type = Literal["offer", "item", "content", "action"]
Each = Literal["offer", "campaign", "channel", "type"]


def _several(value: object) -> object:
    """One name, or a list of them."""
    return value if isinstance(value, list | tuple) else [value]


Names = Annotated[tuple[Word, ...], BeforeValidator(_several), Field(min_length=1)]
Types = Annotated[tuple[Type, ...], BeforeValidator(_several), Field(min_length=1)]


class Touch(NamedTuple):
    """A candidate on a channel, as it is shown to a customer; what is not known of it is None."""

    offer: str | None
    campaign: str | None
    type: str | None
    channel: str | None


class Group(Section):
    """Candidates under one name: all that are said must hold of each.

    >>> Group(campaign=["spring", "summer"]).holds(Touch("tea", "spring", "offer", "web"))
    True
    """

    offer: Names | None = None
    campaign: Names | None = None
    type: Types | None = None

    def holds(self, touch: Touch) -> bool:
        """Whether a candidate is one of them."""
        return all(
            names is None or told in names
            for names, told in ((self.offer, touch.offer), (self.campaign, touch.campaign), (self.type, touch.type))
        )


class Selection(Group):
    """Candidates and channels: all that are said must hold; without a word it is about everything."""

    channel: Names | None = None
    group: Names | None = None

    def covers(self, touch: Touch, groups: Mapping[str, Group]) -> bool:
        """Whether it is about a candidate on a channel."""
        on_channel = self.channel is None or touch.channel in self.channel
        return (
            on_channel
            and self.holds(touch)
            and (self.group is None or any(groups[name].holds(touch) for name in self.group))
        )


def check_groups(selections: Mapping[str, Mapping[str, Selection]], groups: Mapping[str, Group]) -> None:
    """Refuse the names of groups that are not declared; ``selections`` are by section and by name."""
    for field, name in _named(selections):
        if name not in groups:
            raise StamkundError.unknown("unknown_group", "group of candidates", name, groups, field=field)


def _named(selections: Mapping[str, Mapping[str, Selection]]) -> Iterator[tuple[str, str]]:
    """Where groups are named, and which."""
    for section, declared in selections.items():
        for name, selection in declared.items():
            for group in selection.group or ():
                yield f"{section}.{name}.group", group
