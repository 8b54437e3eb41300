"""The segments that one customer is in at a moment, by their record as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from features.config.sections.consent import Gate
from features.language.rules.evaluate import MISSING, Cell, Read
from serving.decisions.facts.known import Known
from serving.decisions.facts.values import Values
from serving.http.answers.customers import Customer, campaign_pairs
from serving.http.current.state import State
from serving.scoring.lineup import Lineup

_GATES: Final[Mapping[str, Gate]] = {
    "features": "profiles",
    "journeys": "profiles",
    "scores": "scores",
}  # what opens each


def segments_of(state: State, customer: Customer, as_of: int) -> list[str] | None:
    """The names of the segments that a customer is in; None where they do not allow it, or nothing is built."""
    if state.lineup is None or not customer.passes("insights"):
        return None
    if not state.setup.segmentation.segments:
        return []
    read = values_of(state, state.lineup, customer, as_of)
    return [name for name in state.settings.segments if read(f"segments.{name}").value]


def values_of(state: State, lineup: Lineup, customer: Customer, as_of: int) -> Read:
    """What rules of segments read of a customer; what they do not allow to be known is missing."""
    (pairs,) = campaign_pairs(state, [customer.record], as_of=as_of)
    known, names = Known(lineup, [customer.record], [pairs], as_of, state.setup.past.usual), state.setup.rules.names
    segmentation = state.setup.segmentation
    values = Values(known, 0, customer.consent, {}, state.settings.timezone, names, segmentation)
    hidden = {space for space, gate in _GATES.items() if not customer.passes(gate)}

    def read(name: str) -> Cell:
        space, _, own = name.partition(".")
        if space == "segments":
            return segmentation.segments[own](read)
        if space == "percentiles":
            return segmentation.percentile(own, read)
        return MISSING if space in hidden else values(name)

    return read
