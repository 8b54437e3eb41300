"""Which candidates something declared of decisions is about: by columns, channel and declared groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, NamedTuple

from pydantic import BeforeValidator, Field

from features.config.sections.section import Section, Word
from features.errors import StamkundError

Type = Literal["offer", "item", "content", "action"]
Each = Literal["offer", "campaign", "channel", "type", "issue", "group"]


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
    issue: str | None = None
    group: str | None = None
    tags: frozenset[str] = frozenset()


class Group(Section):
    """Candidates under one name: all that are said must hold of each.

    >>> Group(campaign=["spring", "summer"]).holds(Touch("tea", "spring", "offer", "web"))
    True
    """

    offer: Names | None = None
    campaign: Names | None = None
    type: Types | None = None
    issue: Names | None = None
    group: Names | None = None
    tag: Names | None = None

    def holds(self, touch: Touch) -> bool:
        """Whether a candidate is one of them; of its tags one is enough."""
        columns = (
            (self.offer, touch.offer),
            (self.campaign, touch.campaign),
            (self.type, touch.type),
            (self.issue, touch.issue),
            (self.group, touch.group),
        )
        has_tag = self.tag is None or not touch.tags.isdisjoint(self.tag)
        return has_tag and all(names is None or told in names for names, told in columns)


class Selection(Group):
    """Candidates and channels: all that are said must hold; without a word it is about everything.

    ``among`` names declared groups, one of which is enough.
    """

    channel: Names | None = None
    among: Names | None = None

    def covers(self, touch: Touch, groups: Mapping[str, Group]) -> bool:
        """Whether it is about a candidate on a channel."""
        on_channel = self.channel is None or touch.channel in self.channel
        return (
            on_channel
            and self.holds(touch)
            and (self.among is None or any(groups[name].holds(touch) for name in self.among))
        )


def check_groups(selections: Mapping[str, Mapping[str, Selection]], groups: Mapping[str, Group]) -> None:
    """Refuse the names of groups that are not declared, and those that are, where a column is meant.

    ``selections`` are by section and by name.
    """
    for place, selection in _placed(selections):
        for name in selection.among or ():
            if name not in groups:
                raise StamkundError.unknown(
                    "unknown_group", "group of candidates", name, groups, field=f"{place}.among"
                )
        for name in selection.group or ():
            if name in groups:
                msg = f"`group` is the column of candidates; what `groups:` declares as '{name}' is `among: {name}`."
                raise StamkundError("bad_setting", msg, field=f"{place}.group")


def _placed(selections: Mapping[str, Mapping[str, Selection]]) -> Iterator[tuple[str, Selection]]:
    """Each selection with its place in the settings."""
    for section, declared in selections.items():
        for name, selection in declared.items():
            yield f"{section}.{name}", selection
