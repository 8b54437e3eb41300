"""The section of the journeys: the steps that customers take, in which order and time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, Literal, NamedTuple, Self

from pydantic import BeforeValidator, Field, model_validator

from features.config.sections.section import KindName, Section
from features.errors import StamkundError
from features.language.conditions import conditions
from features.units import DAY, Duration

OUTCOMES: Final = ("dropped", "open", "went_on", "converted")  # what becomes of who came to a step
SINCE: Final = "days_since_"


class Outcome(NamedTuple):
    """A name by which rules ask how somebody fared at a step, and the words that it may be; none is a number."""

    name: str
    words: tuple[str, ...] = ()


def _of_kind(step: object) -> object:
    """A step that is its kind alone."""
    return {"kind": step} if isinstance(step, str) else step


def _several(steps: object) -> object:
    """One exclusion, or several."""
    return steps if isinstance(steps, Sequence) and not isinstance(steps, str) else [steps]


class StepSettings(Section):
    """Events of a kind that meet conditions; the step is called after its kind, or by ``name``.

    >>> StepSettings.model_validate({"kind": "Purchase", "where": {"channel": "web"}}).kind
    'order'
    """

    kind: KindName
    where: dict[str, object] = Field(default_factory=dict)
    name: str | None = Field(default=None, pattern=r"^[^./\s]+$")

    @model_validator(mode="after")
    def _of_known_columns(self) -> Self:
        tuple(conditions(self.where, minor_units=0))
        return self


Step = Annotated[StepSettings, BeforeValidator(_of_kind)]


class JourneySettings(Section):
    """Steps that follow each other, at the latest ``within`` a time from the first; without it, at any time.

    ``order``: others may lie between (``loose``), the very next event must be the next step (``strict``), or they come
    in ``any`` order. ``unless``: events that end an entry which has not converted. ``by``: a customer counts once, by
    the entry that came ``furthest`` or by the ``first``, or with ``every`` entry. ``value``: for how long after a step
    the money is counted that customers bring.
    """

    steps: list[Step] = Field(min_length=2)
    within: Duration | None = None
    order: Literal["loose", "strict", "any"] = "loose"
    unless: Annotated[list[Step], BeforeValidator(_several)] = Field(default_factory=list)
    by: Literal["first", "furthest", "every"] = "furthest"
    value: Duration = 84 * DAY

    @model_validator(mode="after")
    def _steps_of_their_own(self) -> Self:
        names = self.names
        told = [*names, *(f"{SINCE}{name}" for name in names)]  # by either rules ask of a step
        twice = next((name for name in told if told.count(name) > 1), None)
        if twice is not None:
            text = f"Two steps are called '{twice}'. Give each a `name` of its own: {{kind: …, name: …}}."
            raise StamkundError("bad_journey", text, field="steps")
        for place, step in enumerate(self.steps):
            if self.order == "any" and any(same(step, other) for other in self.steps[:place]):
                text = f"Two steps of `order: any` are the same events: '{names[place]}' is met whenever the other is."
                raise StamkundError("bad_journey", text, field="steps")
        return self

    @property
    def names(self) -> list[str]:
        """What each step is called."""
        return [step.name or step.kind for step in self.steps]

    @property
    def outcomes(self) -> list[Outcome]:
        """What rules may ask of each step: what became of the last time that somebody came there, and when that was.

        >>> tea = JourneySettings.model_validate({"steps": [{"kind": "view", "name": "tea"}, "order"]})
        >>> [outcome.name for outcome in tea.outcomes]
        ['tea', 'days_since_tea', 'order', 'days_since_order']
        >>> tea.outcomes[0].words, tea.outcomes[2].words
        (('dropped', 'open', 'went_on'), ('converted',))
        """
        whole = tuple(outcome for outcome in OUTCOMES if outcome != "went_on")
        told: list[tuple[str, ...]] = [whole if self.order == "any" else OUTCOMES[:3] for _ in self.steps]
        told[-1] = whole if self.order == "any" else OUTCOMES[3:]
        pairs = zip(self.names, told, strict=True)
        return [each for name, words in pairs for each in (Outcome(name, words), Outcome(f"{SINCE}{name}"))]


def same(step: StepSettings, other: StepSettings) -> bool:
    """Whether two steps are the same events."""
    return (step.kind, step.where) == (other.kind, other.where)
