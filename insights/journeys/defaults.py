"""Journeys that nobody declared: what the kinds of events that there are suggest."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from features.config.sections.insights.journeys import JourneySettings

_ROADS: Final[Mapping[str, tuple[tuple[str, ...], str]]] = {
    "purchase": (("view", "cart", "order"), "7d"),
    "campaign": (("contact", "open", "click", "order"), "28d"),
    "redemption": (("contact", "redeem"), "56d"),
}


def default_journeys(kinds: Collection[str]) -> dict[str, JourneySettings]:
    """The journeys that some kinds of events make; of a road that lacks kinds, what is left of it.

    >>> {name: journey.names for name, journey in default_journeys(["view", "order", "open"]).items()}
    {'purchase': ['view', 'order'], 'second_order': ['order', 'second_order']}
    """
    found: dict[str, Any] = {}
    for name, (road, within) in _ROADS.items():
        steps = [kind for kind in road if kind in kinds]
        if len(steps) > 1 and steps[-1] == road[-1] and (road[0] != "contact" or steps[0] == "contact"):
            found[name] = {"steps": steps, "within": within}
    if "order" in kinds:
        second = {"kind": "order", "name": "second_order"}
        found["second_order"] = {"steps": ["order", second], "within": "84d", "by": "first"}
    return {name: JourneySettings.model_validate(each) for name, each in found.items()}
