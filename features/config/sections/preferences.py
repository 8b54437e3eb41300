"""Which of several values of one attribute counts, where sources, or people who turn out to be one, differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal, get_args

from pydantic import BeforeValidator

from features.config.sections.section import Section
from features.errors import StamkundError

Rule = Literal["newest", "most_frequent", "trusted"]
DEFAULT: Final = "default"  # stands for all attributes that are not named


class Preference(Section):
    """A rule for an attribute; ``sources`` are those that are trusted, the most trusted first."""

    rule: Rule
    sources: tuple[str, ...] = ()


def _preference(value: object) -> object:
    """A rule as the file writes it: ``newest``, ``most_frequent`` or ``{trusted: [crm, shop]}``."""
    if isinstance(value, Mapping) and [*value] == ["trusted"] and isinstance(value["trusted"], list):
        return {"rule": "trusted", "sources": value["trusted"]}
    if value in ("newest", "most_frequent"):
        return {"rule": value}
    if isinstance(value, str) and value != "trusted":
        raise StamkundError.unknown("unknown_rule", "rule", value, get_args(Rule))
    msg = f"{value!r} is no rule: say newest, most_frequent, or whom to trust first, such as {{trusted: [crm, shop]}}."
    raise StamkundError("bad_setting", msg)


AttributeRules = dict[str, Annotated[Preference, BeforeValidator(_preference)]]
